# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/test_frame
TESTS += tests/unit/test_frame
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c
tests_unit_test_frame_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_frame_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_mjpeg
TESTS += tests/unit/test_mjpeg
tests_unit_test_mjpeg_SOURCES = \
	tests/unit/test_mjpeg.c \
	tests/unit/mjpeg_rig.c tests/unit/mjpeg_rig.h
tests_unit_test_mjpeg_CPPFLAGS = $(UNIT_CPPFLAGS) $(TURBOJPEG_CFLAGS)
tests_unit_test_mjpeg_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_mjpeg_errors
TESTS += tests/unit/test_mjpeg_errors
tests_unit_test_mjpeg_errors_SOURCES = \
	tests/unit/test_mjpeg_errors.c \
	tests/unit/mjpeg_rig.c tests/unit/mjpeg_rig.h
tests_unit_test_mjpeg_errors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_mjpeg_errors_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_mjpeg_eighth
TESTS += tests/unit/test_mjpeg_eighth
tests_unit_test_mjpeg_eighth_SOURCES = tests/unit/test_mjpeg_eighth.c
tests_unit_test_mjpeg_eighth_CPPFLAGS = $(UNIT_CPPFLAGS) $(TURBOJPEG_CFLAGS)
tests_unit_test_mjpeg_eighth_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_mjpeg_probe
TESTS += tests/unit/test_mjpeg_probe
tests_unit_test_mjpeg_probe_SOURCES = tests/unit/test_mjpeg_probe.c
tests_unit_test_mjpeg_probe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_mjpeg_probe_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_scale
TESTS += tests/unit/test_scale
tests_unit_test_scale_SOURCES = tests/unit/test_scale.c
tests_unit_test_scale_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_scale_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_testcard
TESTS += tests/unit/test_testcard
tests_unit_test_testcard_SOURCES = tests/unit/test_testcard.c
tests_unit_test_testcard_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_testcard_LDADD = $(MEDIA_LIBS) $(CMOCKA_LIBS)
