# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/server/libserver.a
src_server_libserver_a_SOURCES = \
	%D%/admission.c %D%/admission.h \
	%D%/camera.c %D%/camera.h \
	%D%/client.c %D%/client.h \
	%D%/clientlog.c %D%/clientlog.h \
	%D%/clients.c %D%/clients.h \
	%D%/encoder.c %D%/encoder.h \
	%D%/fanout.c %D%/fanout.h \
	%D%/groups.c %D%/groups.h \
	%D%/history.c %D%/history.h \
	%D%/inbox.c %D%/inbox.h \
	%D%/legacy.c \
	%D%/listener.c %D%/listener.h \
	%D%/repeat.c %D%/repeat.h \
	%D%/server.c %D%/server.h \
	%D%/session.c %D%/session.h \
	%D%/session_adapt.c \
	%D%/session_media.c \
	%D%/session_repeat.c \
	%D%/session_talk.c \
	%D%/settings.c %D%/settings.h \
	%D%/thin.c %D%/thin.h \
	%D%/watchfile.c %D%/watchfile.h
SERVER_LIBS = src/server/libserver.a src/net/libnet.a src/proto/libproto.a $(CAPTURE_LIBS) $(GNUTLS_LIBS)

sbin_PROGRAMS += camwalld
camwalld_SOURCES = src/server/main.c
camwalld_LDADD = $(SERVER_LIBS)
