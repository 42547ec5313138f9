# SPDX-License-Identifier: MIT
NET_UNIT = tests/unit/test_secure tests/unit/test_trust
check_PROGRAMS += $(NET_UNIT)
TESTS += $(NET_UNIT)

tests_unit_test_secure_SOURCES = tests/unit/test_secure.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_unit_test_secure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_secure_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)

tests_unit_test_trust_SOURCES = tests/unit/test_trust.c
tests_unit_test_trust_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_trust_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
