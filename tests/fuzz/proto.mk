# SPDX-License-Identifier: MIT
FUZZ_TARGETS += tests/fuzz/fuzz_reasm
tests_fuzz_fuzz_reasm_SOURCES = tests/fuzz/fuzz_reasm.c $(FUZZ_MAIN)
tests_fuzz_fuzz_reasm_LDADD = $(PROTO_LIBS)
tests_fuzz_fuzz_reasm_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
