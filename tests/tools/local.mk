# SPDX-License-Identifier: MIT
# A seeded bad network between real programs.
check_PROGRAMS += tests/tools/relay
tests_tools_relay_SOURCES = \
	tests/tools/relay.c \
	tests/tools/relay_options.c tests/tools/relay_options.h
tests_tools_relay_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tools_relay_LDADD = $(NET_LIBS)
