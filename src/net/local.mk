# SPDX-License-Identifier: MIT
NET_LIBS = src/net/libnet.a $(UTIL_LIBS) $(GNUTLS_LIBS)
