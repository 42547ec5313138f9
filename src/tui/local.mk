# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURSES_CFLAGS) $(CHAFA_CFLAGS) $(ZLIB_CFLAGS)
src_tui_libtui_a_SOURCES = \
	%D%/bars.c \
	%D%/base64.c %D%/base64.h \
	%D%/bytes.c %D%/bytes.h \
	%D%/caps.c %D%/caps.h \
	%D%/caps_mode.c \
	%D%/cell.c %D%/cell.h \
	%D%/charset.c %D%/charset.h \
	%D%/dialog.c \
	%D%/dialog_add.c \
	%D%/dialog_ask.c \
	%D%/dialog_trust.c \
	%D%/draw.c %D%/draw.h \
	%D%/environment.c \
	%D%/flow.c %D%/flow.h \
	%D%/freezer.c %D%/freezer.h \
	%D%/glyph.c %D%/glyph.h \
	%D%/graph.c %D%/graph.h \
	%D%/image.c %D%/image.h \
	%D%/imager.c %D%/imager.h \
	%D%/input.c %D%/input.h \
	%D%/input_csi.c %D%/input_csi.h \
	%D%/iterm.c %D%/iterm.h \
	%D%/keymap.c %D%/keymap.h \
	%D%/kitty.c %D%/kitty.h \
	%D%/layout.c %D%/layout.h \
	%D%/lineedit.c %D%/lineedit.h \
	%D%/model.c %D%/model.h \
	%D%/output.c %D%/output.h \
	%D%/panel.c \
	%D%/pen.c %D%/pen.h \
	%D%/picture.c %D%/picture.h \
	%D%/picture_chafa.c %D%/picture_chafa.h \
	%D%/pixdiff.c %D%/pixdiff.h \
	%D%/pngenc.c %D%/pngenc.h \
	%D%/preview.c %D%/preview.h \
	%D%/raster.c %D%/raster.h \
	%D%/rescue.c %D%/rescue.h \
	%D%/screen.c %D%/screen.h \
	%D%/scroll.c %D%/scroll.h \
	%D%/session.c %D%/session.h \
	%D%/session_leave.c \
	%D%/sixel.c %D%/sixel.h \
	%D%/sixel_mix.c %D%/sixel_mix.h \
	%D%/sixel_palette.c %D%/sixel_palette.h \
	%D%/stage.c %D%/stage.h \
	%D%/stderr_tap.c %D%/stderr_tap.h \
	%D%/strips.c %D%/strips.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/theme.c %D%/theme.h \
	%D%/tiles.c %D%/tiles.h \
	%D%/tty.c %D%/tty.h \
	%D%/tui.c %D%/tui.h \
	%D%/ui.c %D%/ui.h \
	%D%/ui_act.c \
	%D%/ui_order.c \
	%D%/view_events.c \
	%D%/view_grid.c \
	%D%/view_help.c \
	%D%/view_list.c \
	%D%/view_zoom.c \
	%D%/words.c %D%/words.h \
	%D%/curses.h
TUI_LIBS = src/tui/libtui.a $(MEDIA_LIBS) $(CHAFA_LIBS) $(CURSES_LIBS) $(ZLIB_LIBS)
