# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURSES_CFLAGS) $(CHAFA_CFLAGS)
src_tui_libtui_a_SOURCES = \
	%D%/keymap.c %D%/keymap.h \
	%D%/model.c %D%/model.h \
	%D%/tui.h
TUI_LIBS = src/tui/libtui.a $(MEDIA_LIBS) $(CHAFA_LIBS) $(CURSES_LIBS) $(ZLIB_LIBS)
