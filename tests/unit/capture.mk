# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/test_schedule
TESTS += tests/unit/test_schedule
tests_unit_test_schedule_SOURCES = tests/unit/test_schedule.c
tests_unit_test_schedule_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_schedule_LDADD = $(CAPTURE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_source
TESTS += tests/unit/test_source
tests_unit_test_source_SOURCES = tests/unit/test_source.c
tests_unit_test_source_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_source_LDADD = $(CAPTURE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_source_av
TESTS += tests/unit/test_source_av
tests_unit_test_source_av_SOURCES = tests/unit/test_source_av.c $(CLIP)
tests_unit_test_source_av_CPPFLAGS = $(UNIT_CPPFLAGS) $(AV_CFLAGS)
tests_unit_test_source_av_LDADD = $(CAPTURE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_source_av_clock
TESTS += tests/unit/test_source_av_clock
tests_unit_test_source_av_clock_SOURCES = tests/unit/test_source_av_clock.c
tests_unit_test_source_av_clock_CPPFLAGS = $(UNIT_CPPFLAGS) $(AV_CFLAGS)
tests_unit_test_source_av_clock_LDADD = $(CAPTURE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_source_av_picture
TESTS += tests/unit/test_source_av_picture
tests_unit_test_source_av_picture_SOURCES = tests/unit/test_source_av_picture.c $(CLIP)
tests_unit_test_source_av_picture_CPPFLAGS = $(UNIT_CPPFLAGS) $(AV_CFLAGS)
tests_unit_test_source_av_picture_LDADD = $(CAPTURE_LIBS) $(CMOCKA_LIBS)

# Small films of the test card.
CLIP = tests/unit/clip.c tests/unit/clip.h
