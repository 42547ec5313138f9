# SPDX-License-Identifier: MIT
FUZZ_TARGETS += tests/fuzz/fuzz_hello tests/fuzz/fuzz_trust

tests_fuzz_fuzz_hello_SOURCES = tests/fuzz/fuzz_hello.c $(FUZZ_MAIN)
tests_fuzz_fuzz_hello_LDADD = $(NET_LIBS)
tests_fuzz_fuzz_hello_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fuzz_trust_SOURCES = tests/fuzz/fuzz_trust.c $(FUZZ_MAIN)
tests_fuzz_fuzz_trust_LDADD = $(NET_LIBS)
tests_fuzz_fuzz_trust_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
