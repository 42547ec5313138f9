# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/protocol.md
dist_man_MANS += %D%/camwall.1
