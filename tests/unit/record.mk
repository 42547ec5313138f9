# SPDX-License-Identifier: MIT
RECORD_TESTS = \
	tests/unit/test_segment tests/unit/test_timeline tests/unit/test_recorder \
	tests/unit/test_finish tests/unit/test_finish_large tests/unit/test_recover tests/unit/test_retention \
	tests/unit/test_disk tests/unit/test_hook tests/unit/test_ring tests/unit/test_snapshot
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

tests_unit_test_retention_SOURCES = tests/unit/test_retention.c
tests_unit_test_retention_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_retention_LDADD = $(FILM_LIBS)

tests_unit_test_hook_SOURCES = tests/unit/test_hook.c
tests_unit_test_hook_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_hook_LDADD = $(FILM_LIBS)

tests_unit_test_ring_SOURCES = tests/unit/test_ring.c
tests_unit_test_ring_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ring_LDADD = $(FILM_LIBS)

tests_unit_test_snapshot_SOURCES = tests/unit/test_snapshot.c
tests_unit_test_snapshot_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_snapshot_LDADD = $(FILM_LIBS)

tests_unit_test_disk_SOURCES = tests/unit/test_disk.c
tests_unit_test_disk_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_disk_LDADD = $(FILM_LIBS)

tests_unit_test_finish_large_SOURCES = tests/unit/test_finish_large.c
tests_unit_test_finish_large_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_finish_large_LDADD = $(FILM_LIBS)
