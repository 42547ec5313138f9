# SPDX-License-Identifier: MIT
# The whole screen on streams that are not there; the screen tests drive it.
check_PROGRAMS += tests/tools/tuidemo
tests_tools_tuidemo_SOURCES = \
	tests/tools/tuidemo.c \
	tests/tools/tuidemo_actions.c \
	tests/tools/tuidemo_world.c tests/tools/tuidemo_world.h
tests_tools_tuidemo_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tools_tuidemo_LDADD = $(TUI_LIBS)
# Screens through a terminal emulator; they skip themselves where pyte is missing.
TUI_SCREEN_TESTS = tests/unit/screen_views.py tests/unit/screen_terminal.py
TESTS += $(TUI_SCREEN_TESTS)
EXTRA_DIST += $(TUI_SCREEN_TESTS) tests/tools/ptyterm.py
check_PROGRAMS += tests/unit/test_tui_input
TESTS += tests/unit/test_tui_input
tests_unit_test_tui_input_SOURCES = tests/unit/test_tui_input.c
tests_unit_test_tui_input_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tui_input_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_tui_parts
TESTS += tests/unit/test_tui_parts
tests_unit_test_tui_parts_SOURCES = tests/unit/test_tui_parts.c
tests_unit_test_tui_parts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tui_parts_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_tui_pictures
TESTS += tests/unit/test_tui_pictures
tests_unit_test_tui_pictures_SOURCES = tests/unit/test_tui_pictures.c
tests_unit_test_tui_pictures_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tui_pictures_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_raster
TESTS += tests/unit/test_raster
tests_unit_test_raster_SOURCES = \
	tests/unit/test_raster.c \
	tests/unit/cellterm.c tests/unit/cellterm.h
tests_unit_test_raster_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_raster_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_caps
TESTS += tests/unit/test_caps
tests_unit_test_caps_SOURCES = tests/unit/test_caps.c
tests_unit_test_caps_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_caps_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_flow
TESTS += tests/unit/test_flow
tests_unit_test_flow_SOURCES = tests/unit/test_flow.c
tests_unit_test_flow_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_flow_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/screen_report.py tests/unit/screen_pixels.py
EXTRA_DIST += tests/unit/screen_report.py tests/unit/screen_pixels.py \
	tests/tools/ptybridge.py tests/tools/ptyimage.py

# Pictures of terminals with graphics, read back to pixels.
GRAPHICS_UNIT_SOURCES = tests/unit/pixels.c tests/unit/pixels.h
GRAPHICS_UNIT_LDADD = $(TUI_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_base64
TESTS += tests/unit/test_base64
tests_unit_test_base64_SOURCES = tests/unit/test_base64.c $(GRAPHICS_UNIT_SOURCES)
tests_unit_test_base64_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_base64_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_kitty
TESTS += tests/unit/test_kitty
tests_unit_test_kitty_SOURCES = tests/unit/test_kitty.c $(GRAPHICS_UNIT_SOURCES)
tests_unit_test_kitty_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_kitty_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_sixel
TESTS += tests/unit/test_sixel
tests_unit_test_sixel_SOURCES = tests/unit/test_sixel.c $(GRAPHICS_UNIT_SOURCES)
tests_unit_test_sixel_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sixel_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_iterm
TESTS += tests/unit/test_iterm
tests_unit_test_iterm_SOURCES = tests/unit/test_iterm.c $(GRAPHICS_UNIT_SOURCES)
tests_unit_test_iterm_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_iterm_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_sixel_palette
TESTS += tests/unit/test_sixel_palette
tests_unit_test_sixel_palette_SOURCES = tests/unit/test_sixel_palette.c $(GRAPHICS_UNIT_SOURCES)
tests_unit_test_sixel_palette_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sixel_palette_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_image
TESTS += tests/unit/test_image
tests_unit_test_image_SOURCES = \
	tests/unit/test_image.c \
	tests/unit/image_rig.c tests/unit/image_rig.h \
	$(GRAPHICS_UNIT_SOURCES)
tests_unit_test_image_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_image_LDADD = $(GRAPHICS_UNIT_LDADD)
check_PROGRAMS += tests/unit/test_imager
TESTS += tests/unit/test_imager
tests_unit_test_imager_SOURCES = \
	tests/unit/test_imager.c \
	tests/unit/image_rig.c tests/unit/image_rig.h \
	$(GRAPHICS_UNIT_SOURCES)
tests_unit_test_imager_CPPFLAGS = $(UNIT_CPPFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_imager_LDADD = $(GRAPHICS_UNIT_LDADD)
