# SPDX-License-Identifier: MIT
EXTRA_DIST += examples/demo.sh examples/systemd/camwall@.service examples/systemd/camwalld.service
