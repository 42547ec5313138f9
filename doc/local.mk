# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/architecture.md %D%/protocol.md %D%/troubleshooting.md %D%/screenshot.py %D%/screenshot.svg
dist_man_MANS += %D%/camwall.1 %D%/camwall.conf.5 %D%/camwalld.8
