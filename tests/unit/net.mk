# SPDX-License-Identifier: MIT
NET_UNIT = \
	tests/unit/test_addr \
	tests/unit/test_cookie \
	tests/unit/test_keys \
	tests/unit/test_netmodel \
	tests/unit/test_secure \
	tests/unit/test_secure_foreign \
	tests/unit/test_secure_handshake \
	tests/unit/test_simlink \
	tests/unit/test_trust \
	tests/unit/test_udp \
	tests/unit/test_udp_errors \
	tests/unit/test_udp_mtu
check_PROGRAMS += $(NET_UNIT)
TESTS += $(NET_UNIT)
NET_UNIT_LIBS = $(NET_LIBS) $(CMOCKA_LIBS)

tests_unit_test_addr_SOURCES = tests/unit/test_addr.c
tests_unit_test_addr_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_addr_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_cookie_SOURCES = tests/unit/test_cookie.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_unit_test_cookie_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cookie_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_keys_SOURCES = tests/unit/test_keys.c
tests_unit_test_keys_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_keys_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_netmodel_SOURCES = tests/unit/test_netmodel.c
tests_unit_test_netmodel_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_netmodel_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_secure_SOURCES = tests/unit/test_secure.c $(SECURE_RIG)
tests_unit_test_secure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_secure_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_secure_foreign_SOURCES = \
	tests/unit/test_secure_foreign.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_unit_test_secure_foreign_CPPFLAGS = $(UNIT_CPPFLAGS) $(GNUTLS_CFLAGS)
tests_unit_test_secure_foreign_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_secure_handshake_SOURCES = tests/unit/test_secure_handshake.c $(SECURE_RIG)
tests_unit_test_secure_handshake_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_secure_handshake_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_simlink_SOURCES = tests/unit/test_simlink.c
tests_unit_test_simlink_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_simlink_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_trust_SOURCES = tests/unit/test_trust.c
tests_unit_test_trust_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_trust_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_udp_SOURCES = tests/unit/test_udp.c tests/unit/net_udp.c tests/unit/net_udp.h
tests_unit_test_udp_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_udp_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_udp_errors_SOURCES = \
	tests/unit/test_udp_errors.c tests/unit/net_udp.c tests/unit/net_udp.h
tests_unit_test_udp_errors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_udp_errors_LDADD = $(NET_UNIT_LIBS)

tests_unit_test_udp_mtu_SOURCES = tests/unit/test_udp_mtu.c tests/unit/net_udp.c tests/unit/net_udp.h
tests_unit_test_udp_mtu_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_udp_mtu_LDADD = $(NET_UNIT_LIBS)

# Two ends of a channel that talk.
SECURE_RIG = \
	tests/unit/net_pair.c tests/unit/net_pair.h \
	tests/unit/secure_rig.c tests/unit/secure_rig.h
