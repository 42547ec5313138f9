# SPDX-License-Identifier: MIT
# A target NAME is tests/fuzz/NAME.c with LLVMFuzzerTestOneInput, and a corpus in
# tests/fuzz/corpus/NAME. With --enable-fuzzing it becomes a libFuzzer program, otherwise a replayer
# that make check runs.
if FUZZING
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay.c
endif
EXTRA_DIST += tests/fuzz/corpus
FUZZ_TARGETS =
include tests/fuzz/util.mk
include tests/fuzz/proto.mk
include tests/fuzz/net.mk
include tests/fuzz/media.mk
include tests/fuzz/record.mk
include tests/fuzz/console.mk
check_PROGRAMS += $(FUZZ_TARGETS)
if !FUZZING
TESTS += $(FUZZ_TARGETS)
endif
fuzzers: $(FUZZ_TARGETS)
.PHONY: fuzzers

# Example, in proto.mk:
#   FUZZ_TARGETS += tests/fuzz/fuzz_packet
#   tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(FUZZ_MAIN)
#   tests_fuzz_fuzz_packet_LDADD = $(PROTO_LIBS)
#   tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
