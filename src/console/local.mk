# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/console/libconsole.a
src_console_libconsole_a_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/app_actions.c \
	%D%/app_impl.h \
	%D%/app_model.c \
	%D%/commands.c %D%/commands.h \
	%D%/directory.c %D%/directory.h \
	%D%/errands.c %D%/errands.h \
	%D%/eventlog.c %D%/eventlog.h \
	%D%/headless.c %D%/headless.h \
	%D%/meters.c %D%/meters.h \
	%D%/settings.c %D%/settings.h \
	%D%/settings_section.h \
	%D%/settings_table.c \
	%D%/stats.c %D%/stats.h \
	%D%/stream.c %D%/stream.h \
	%D%/stream_log.c %D%/stream_log.h \
	%D%/wall.c %D%/wall.h %D%/wall_impl.h \
	%D%/wall_actions.c
CONSOLE_LIBS = src/console/libconsole.a src/receive/libreceive.a src/net/libnet.a \
	src/proto/libproto.a $(RECORD_LIBS) $(TUI_LIBS) $(GNUTLS_LIBS)

bin_PROGRAMS += camwall
camwall_SOURCES = %D%/main.c
camwall_LDADD = $(CONSOLE_LIBS)
