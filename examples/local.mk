# SPDX-License-Identifier: MIT
EXTRA_DIST += \
	examples/camwall.conf \
	examples/camwalld.conf \
	examples/demo.sh \
	examples/systemd/camwall@.service \
	examples/systemd/camwalld.service
