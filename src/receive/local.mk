# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/receive/libreceive.a
src_receive_libreceive_a_SOURCES = \
	%D%/backoff.c %D%/backoff.h \
	%D%/catalogue.c %D%/catalogue.h \
	%D%/feed.c %D%/feed.h \
	%D%/feed_legacy.c \
	%D%/feed_native.c \
	%D%/lookup.c %D%/lookup.h \
	%D%/native_frames.c %D%/native_frames.h \
	%D%/native_record.c %D%/native_record.h \
	%D%/native_trust.c %D%/native_trust.h \
	%D%/path.c %D%/path.h \
	%D%/receiver.c %D%/receiver.h \
	%D%/target.c %D%/target.h \
	%D%/url.c %D%/url.h \
	%D%/wallclock.c %D%/wallclock.h
RECEIVE_LIBS = src/receive/libreceive.a src/net/libnet.a src/proto/libproto.a $(MEDIA_LIBS) $(GNUTLS_LIBS)
