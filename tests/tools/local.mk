# SPDX-License-Identifier: MIT
# A seeded bad network between real programs.
check_PROGRAMS += tests/tools/relay
tests_tools_relay_SOURCES = \
	tests/tools/relay.c \
	tests/tools/relay_options.c tests/tools/relay_options.h
tests_tools_relay_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tools_relay_LDADD = $(NET_LIBS)
TESTS += tests/tools/relay_test.py
EXTRA_DIST += tests/tools/relay_test.py tests/tools/ptyrun.py
check_PROGRAMS += tests/tools/panel
tests_tools_panel_SOURCES = tests/tools/panel.c
tests_tools_panel_LDADD = $(CONSOLE_LIBS)
check_PROGRAMS += tests/tools/panels
tests_tools_panels_SOURCES = tests/tools/panels.c
tests_tools_panels_LDADD = $(CONSOLE_LIBS)
check_PROGRAMS += tests/tools/latency
tests_tools_latency_SOURCES = tests/tools/latency.c
tests_tools_latency_LDADD = $(CONSOLE_LIBS)
check_PROGRAMS += tests/tools/cardread
tests_tools_cardread_SOURCES = tests/tools/cardread.c
tests_tools_cardread_CPPFLAGS = $(AM_CPPFLAGS) $(AV_CFLAGS)
tests_tools_cardread_LDADD = $(MEDIA_LIBS) $(AV_LIBS)
