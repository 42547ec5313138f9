# SPDX-License-Identifier: MIT
TUI_LIBS = src/tui/libtui.a $(MEDIA_LIBS) $(CHAFA_LIBS) $(CURSES_LIBS) $(ZLIB_LIBS)
