# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/test_account
TESTS += tests/unit/test_account
tests_unit_test_account_SOURCES = tests/unit/test_account.c
tests_unit_test_account_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_account_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_clocksync
TESTS += tests/unit/test_clocksync
tests_unit_test_clocksync_SOURCES = tests/unit/test_clocksync.c
tests_unit_test_clocksync_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_clocksync_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_frag
TESTS += tests/unit/test_frag
tests_unit_test_frag_SOURCES = tests/unit/test_frag.c
tests_unit_test_frag_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_frag_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_legacy
TESTS += tests/unit/test_legacy
tests_unit_test_legacy_SOURCES = tests/unit/test_legacy.c
tests_unit_test_legacy_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_legacy_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_pace
TESTS += tests/unit/test_pace
tests_unit_test_pace_SOURCES = tests/unit/test_pace.c
tests_unit_test_pace_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_pace_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_packet
TESTS += tests/unit/test_packet
tests_unit_test_packet_SOURCES = \
	tests/unit/test_packet.c tests/unit/packet_make.h \
	$(PACKET_SAMPLES)
tests_unit_test_packet_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_packet_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_packet_range
TESTS += tests/unit/test_packet_range
tests_unit_test_packet_range_SOURCES = \
	tests/unit/test_packet_range.c tests/unit/packet_make.h \
	$(PACKET_SAMPLES)
tests_unit_test_packet_range_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_packet_range_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_reasm
TESTS += tests/unit/test_reasm
tests_unit_test_reasm_SOURCES = \
	tests/unit/test_reasm.c \
	tests/unit/reasm_rig.c tests/unit/reasm_rig.h
tests_unit_test_reasm_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reasm_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_reasm_window
TESTS += tests/unit/test_reasm_window
tests_unit_test_reasm_window_SOURCES = \
	tests/unit/test_reasm_window.c \
	tests/unit/reasm_rig.c tests/unit/reasm_rig.h
tests_unit_test_reasm_window_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reasm_window_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_repair
TESTS += tests/unit/test_repair
tests_unit_test_repair_SOURCES = tests/unit/test_repair.c
tests_unit_test_repair_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_talk_client
TESTS += tests/unit/test_talk_client
tests_unit_test_talk_client_SOURCES = \
	tests/unit/test_talk_client.c \
	tests/unit/client_rig.c tests/unit/client_rig.h
tests_unit_test_talk_client_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_talk_client_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_talk_reconnect
TESTS += tests/unit/test_talk_reconnect
tests_unit_test_talk_reconnect_SOURCES = \
	tests/unit/test_talk_reconnect.c \
	tests/unit/client_rig.c tests/unit/client_rig.h
tests_unit_test_talk_reconnect_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_talk_reconnect_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_talk_server
TESTS += tests/unit/test_talk_server
tests_unit_test_talk_server_SOURCES = \
	tests/unit/test_talk_server.c \
	tests/unit/server_rig.c tests/unit/server_rig.h
tests_unit_test_talk_server_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_talk_server_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_talk_server_end
TESTS += tests/unit/test_talk_server_end
tests_unit_test_talk_server_end_SOURCES = \
	tests/unit/test_talk_server_end.c \
	tests/unit/server_rig.c tests/unit/server_rig.h
tests_unit_test_talk_server_end_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_talk_server_end_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_wire
TESTS += tests/unit/test_wire
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c
tests_unit_test_wire_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_wire_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

# Messages of every type, for tests and for the check of doc/protocol.md.
PACKET_SAMPLES = \
	tests/tools/packet_print.c \
	tests/tools/packet_samples.c tests/tools/packet_samples.h

# doc/protocol.md is held against what the codec really writes and takes.
check_PROGRAMS += tests/tools/packet_dump
tests_tools_packet_dump_SOURCES = tests/tools/packet_dump.c $(PACKET_SAMPLES)
tests_tools_packet_dump_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tools_packet_dump_LDADD = $(PROTO_LIBS)
TESTS += tests/unit/check_protocol.py
EXTRA_DIST += tests/unit/check_protocol.py

check_PROGRAMS += tests/unit/test_pathstat
TESTS += tests/unit/test_pathstat
tests_unit_test_pathstat_SOURCES = tests/unit/test_pathstat.c
tests_unit_test_pathstat_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_pathstat_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_ratectl
TESTS += tests/unit/test_ratectl
tests_unit_test_ratectl_SOURCES = tests/unit/test_ratectl.c
tests_unit_test_ratectl_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ratectl_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_order
TESTS += tests/unit/test_order
tests_unit_test_order_SOURCES = tests/unit/test_order.c
tests_unit_test_order_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_order_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_reach
TESTS += tests/unit/test_reach
tests_unit_test_reach_SOURCES = \
	tests/unit/test_reach.c \
	tests/unit/reach_stories.c tests/unit/reach_stories.h
tests_unit_test_reach_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reach_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)
