# SPDX-License-Identifier: MIT
RECEIVE_LIBS = src/receive/libreceive.a src/net/libnet.a src/proto/libproto.a $(MEDIA_LIBS) $(GNUTLS_LIBS)
