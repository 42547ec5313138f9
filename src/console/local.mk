# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/console/libconsole.a
src_console_libconsole_a_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/app_actions.c \
	%D%/app_impl.h \
	%D%/app_model.c \
	%D%/app_snapshot.c \
	%D%/attach.c %D%/attach.h \
	%D%/command_recover.c \
	%D%/commands.c %D%/commands.h \
	%D%/complain.c %D%/complain.h \
	%D%/control.c %D%/control.h \
	%D%/control_client.c %D%/control_client.h \
	%D%/control_msg.c %D%/control_msg.h \
	%D%/control_peer.c %D%/control_peer.h \
	%D%/ctl.c %D%/ctl.h \
	%D%/directory.c %D%/directory.h \
	%D%/errands.c %D%/errands.h \
	%D%/eventlog.c %D%/eventlog.h \
	%D%/host.c %D%/host.h %D%/host_impl.h \
	%D%/host_commands.c \
	%D%/host_screen.c \
	%D%/lend.c %D%/lend.h \
	%D%/mainloop.c %D%/mainloop.h \
	%D%/meters.c %D%/meters.h \
	%D%/program.c %D%/program.h \
	%D%/rundir.c %D%/rundir.h \
	%D%/settings.c %D%/settings.h \
	%D%/settings_section.h \
	%D%/settings_table.c \
	%D%/start.c %D%/start.h \
	%D%/stats.c %D%/stats.h \
	%D%/stream.c %D%/stream.h \
	%D%/stream_log.c %D%/stream_log.h \
	%D%/wall.c %D%/wall.h %D%/wall_impl.h \
	%D%/wall_actions.c \
	%D%/wall_upkeep.c \
	%D%/wallmain.c %D%/wallmain.h \
	%D%/wallproc.c %D%/wallproc.h
CONSOLE_LIBS = src/console/libconsole.a src/receive/libreceive.a src/net/libnet.a \
	src/proto/libproto.a $(RECORD_LIBS) $(TUI_LIBS) $(GNUTLS_LIBS)

# camwall itself is linked with the few libraries that it needs, see main.c.
bin_PROGRAMS += camwall
camwall_SOURCES = %D%/main.c
camwall_CPPFLAGS = $(AM_CPPFLAGS) -DPKGLIBEXECDIR='"$(pkglibexecdir)"'
camwall_LDADD = src/console/libconsole.a src/receive/libreceive.a src/net/libnet.a \
	src/proto/libproto.a src/record/librecord.a src/tui/libtui.a $(UTIL_LIBS) \
	$(CURSES_LIBS)
EXTRA_camwall_DEPENDENCIES = libexec/camwall$(EXEEXT)
pkglibexec_PROGRAMS += libexec/camwall
# It has no --help of its own: camwall's is answered by main.c.
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT = libexec/camwall
libexec_camwall_SOURCES = %D%/main_wall.c
libexec_camwall_LDADD = $(CONSOLE_LIBS)
