# SPDX-License-Identifier: MIT
FUZZ_TARGETS += tests/fuzz/fuzz_legacy
tests_fuzz_fuzz_legacy_SOURCES = tests/fuzz/fuzz_legacy.c $(FUZZ_MAIN)
tests_fuzz_fuzz_legacy_LDADD = $(PROTO_LIBS)
tests_fuzz_fuzz_legacy_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
EXTRA_DIST += tests/fuzz/seed_legacy.py

FUZZ_TARGETS += tests/fuzz/fuzz_packet
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(FUZZ_MAIN)
tests_fuzz_fuzz_packet_LDADD = $(PROTO_LIBS)
tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_reasm
tests_fuzz_fuzz_reasm_SOURCES = tests/fuzz/fuzz_reasm.c $(FUZZ_MAIN)
tests_fuzz_fuzz_reasm_LDADD = $(PROTO_LIBS)
tests_fuzz_fuzz_reasm_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
