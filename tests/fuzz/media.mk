# SPDX-License-Identifier: MIT
FUZZ_TARGETS += tests/fuzz/fuzz_jpeg
tests_fuzz_fuzz_jpeg_SOURCES = tests/fuzz/fuzz_jpeg.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jpeg_LDADD = $(MEDIA_LIBS)
tests_fuzz_fuzz_jpeg_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
