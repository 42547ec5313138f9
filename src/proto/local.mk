# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/proto/libproto.a
src_proto_libproto_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/clocksync.c %D%/clocksync.h \
	%D%/frag.c %D%/frag.h \
	%D%/legacy.c %D%/legacy.h \
	%D%/limits.h \
	%D%/order.c %D%/order.h \
	%D%/pace.c %D%/pace.h \
	%D%/packet.c %D%/packet.h \
	%D%/packet_camera.c \
	%D%/packet_codec.h \
	%D%/packet_media.c \
	%D%/packet_session.c \
	%D%/reach.c %D%/reach.h \
	%D%/pathstat.c %D%/pathstat.h \
	%D%/ratectl.c %D%/ratectl.h \
	%D%/reasm.c %D%/reasm.h \
	%D%/repair.c %D%/repair.h \
	%D%/serial.h \
	%D%/talk_client.c %D%/talk_client.h \
	%D%/talk_client_hear.c \
	%D%/talk_client_impl.h \
	%D%/talk_client_record.c \
	%D%/talk_client_say.c \
	%D%/talk_server.c %D%/talk_server.h \
	%D%/wire.c %D%/wire.h
PROTO_LIBS = src/proto/libproto.a $(UTIL_LIBS)
