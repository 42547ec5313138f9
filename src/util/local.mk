# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/util/libutil.a
src_util_libutil_a_CPPFLAGS = $(AM_CPPFLAGS) $(INIH_CFLAGS)
src_util_libutil_a_SOURCES = \
	%D%/alloc.c %D%/alloc.h \
	%D%/err.c %D%/err.h \
	%D%/json.c %D%/json.h \
	%D%/log.c %D%/log.h \
	%D%/mailbox.c %D%/mailbox.h \
	%D%/mono.c %D%/mono.h \
	%D%/options.c %D%/options.h %D%/options_impl.h \
	%D%/options_file.c %D%/options_show.c %D%/options_value.c \
	%D%/parse.c %D%/parse.h \
	%D%/queue.c %D%/queue.h \
	%D%/rate.c %D%/rate.h \
	%D%/state_dir.c %D%/state_dir.h \
	%D%/stop.c %D%/stop.h \
	%D%/text.c %D%/text.h %D%/text_path.c \
	%D%/thread.c %D%/thread.h
UTIL_LIBS = src/util/libutil.a $(INIH_LIBS)
