# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/test_secure
TESTS += tests/unit/test_secure

tests_unit_test_secure_SOURCES = tests/unit/test_secure.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_unit_test_secure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_secure_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
