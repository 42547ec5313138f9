# SPDX-License-Identifier: MIT
check_LIBRARIES += tests/unit/libfake_server.a
tests_unit_libfake_server_a_SOURCES = tests/unit/fake_server.c tests/unit/fake_server.h
tests_unit_libfake_server_a_CPPFLAGS = $(UNIT_CPPFLAGS)

check_PROGRAMS += tests/unit/test_url
TESTS += tests/unit/test_url
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_url_LDADD = $(RECEIVE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_backoff
TESTS += tests/unit/test_backoff
tests_unit_test_backoff_SOURCES = tests/unit/test_backoff.c
tests_unit_test_backoff_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_backoff_LDADD = $(RECEIVE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_wallclock
TESTS += tests/unit/test_wallclock
tests_unit_test_wallclock_SOURCES = tests/unit/test_wallclock.c
tests_unit_test_wallclock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_wallclock_LDADD = $(RECEIVE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_receiver
TESTS += tests/unit/test_receiver
tests_unit_test_receiver_SOURCES = \
	tests/unit/test_receiver.c \
	tests/unit/receiver_rig.c tests/unit/receiver_rig.h
tests_unit_test_receiver_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_receiver_LDADD = tests/unit/libfake_server.a $(RECEIVE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_receiver_trust
TESTS += tests/unit/test_receiver_trust
tests_unit_test_receiver_trust_SOURCES = \
	tests/unit/test_receiver_trust.c \
	tests/unit/receiver_rig.c tests/unit/receiver_rig.h
tests_unit_test_receiver_trust_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_receiver_trust_LDADD = tests/unit/libfake_server.a $(RECEIVE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_feed_legacy
TESTS += tests/unit/test_feed_legacy
tests_unit_test_feed_legacy_SOURCES = tests/unit/test_feed_legacy.c
tests_unit_test_feed_legacy_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_feed_legacy_LDADD = $(RECEIVE_LIBS) $(CMOCKA_LIBS)
