# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS)
src_net_libnet_a_SOURCES = \
	%D%/addr.c %D%/addr.h \
	%D%/keys.c %D%/keys.h \
	%D%/link.c %D%/link.h \
	%D%/secure.c %D%/secure.h \
	%D%/secure_cookie.c \
	%D%/secure_peek.c \
	%D%/udp.c %D%/udp.h %D%/udp_impl.h \
	%D%/udp_errors.c \
	%D%/udp_recv.c \
	%D%/udp_send.c
NET_LIBS = src/net/libnet.a $(UTIL_LIBS) $(GNUTLS_LIBS)
