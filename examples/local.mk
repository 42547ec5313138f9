# SPDX-License-Identifier: MIT
EXTRA_DIST += examples/demo.sh examples/camwall.conf examples/camwalld.conf
