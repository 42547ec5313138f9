# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS)
src_net_libnet_a_SOURCES = \
	%D%/addr.c %D%/addr.h \
	%D%/delayq.c %D%/delayq.h \
	%D%/keys.c %D%/keys.h \
	%D%/link.c %D%/link.h \
	%D%/netmodel.c %D%/netmodel.h \
	%D%/secure.c %D%/secure.h \
	%D%/secure_cookie.c \
	%D%/secure_peek.c \
	%D%/simlink.c %D%/simlink.h \
	%D%/statefile.c %D%/statefile.h \
	%D%/trust.h \
	%D%/trust_clients.c \
	%D%/trust_line.c %D%/trust_line.h \
	%D%/trust_servers.c \
	%D%/udp.c %D%/udp.h %D%/udp_impl.h \
	%D%/udp_errors.c \
	%D%/udp_recv.c \
	%D%/udp_send.c \
	%D%/unixsock.c %D%/unixsock.h
NET_LIBS = src/net/libnet.a $(UTIL_LIBS) $(GNUTLS_LIBS)
