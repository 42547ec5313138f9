# SPDX-License-Identifier: MIT
FUZZ_TARGETS += tests/fuzz/fuzz_mp4
tests_fuzz_fuzz_mp4_SOURCES = tests/fuzz/fuzz_mp4.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mp4_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_fuzz_mp4_LDADD = $(RECORD_LIBS)
tests_fuzz_fuzz_mp4_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
