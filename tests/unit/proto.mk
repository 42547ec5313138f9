# SPDX-License-Identifier: MIT

check_PROGRAMS += tests/unit/test_account
TESTS += tests/unit/test_account
tests_unit_test_account_SOURCES = tests/unit/test_account.c
tests_unit_test_account_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_account_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_clocksync
TESTS += tests/unit/test_clocksync
tests_unit_test_clocksync_SOURCES = tests/unit/test_clocksync.c
tests_unit_test_clocksync_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_clocksync_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_reasm
TESTS += tests/unit/test_reasm
tests_unit_test_reasm_SOURCES = tests/unit/test_reasm.c
tests_unit_test_reasm_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reasm_LDADD = $(PROTO_LIBS) $(CMOCKA_LIBS)
