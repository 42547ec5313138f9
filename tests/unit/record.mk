# SPDX-License-Identifier: MIT
RECORD_TESTS = \
	tests/unit/test_segment tests/unit/test_timeline tests/unit/test_recorder \
	tests/unit/test_finish tests/unit/test_recover
check_PROGRAMS += $(RECORD_TESTS)
TESTS += $(RECORD_TESTS)

# Test-card pictures to record, and files read back.
check_LIBRARIES += tests/unit/libfilm.a
tests_unit_libfilm_a_SOURCES = tests/unit/film.c tests/unit/film.h
tests_unit_libfilm_a_CPPFLAGS = $(UNIT_CPPFLAGS) $(AV_CFLAGS)
FILM_LIBS = tests/unit/libfilm.a $(RECORD_LIBS) $(CMOCKA_LIBS)

tests_unit_test_segment_SOURCES = tests/unit/test_segment.c
tests_unit_test_segment_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_segment_LDADD = $(FILM_LIBS)

tests_unit_test_timeline_SOURCES = tests/unit/test_timeline.c
tests_unit_test_timeline_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_timeline_LDADD = $(FILM_LIBS)

tests_unit_test_recorder_SOURCES = tests/unit/test_recorder.c
tests_unit_test_recorder_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_recorder_LDADD = $(FILM_LIBS)

tests_unit_test_finish_SOURCES = tests/unit/test_finish.c
tests_unit_test_finish_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_finish_LDADD = $(FILM_LIBS)

tests_unit_test_recover_SOURCES = tests/unit/test_recover.c
tests_unit_test_recover_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_recover_LDADD = $(FILM_LIBS)
