# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_CPPFLAGS = $(AM_CPPFLAGS) $(AV_CFLAGS)
src_record_librecord_a_SOURCES = \
	%D%/box.c %D%/box.h \
	%D%/closer.c %D%/closer.h \
	%D%/complete.c %D%/complete.h \
	%D%/disk.c %D%/disk.h \
	%D%/finish.c %D%/finish.h \
	%D%/fragments.c %D%/fragments.h \
	%D%/hook.c %D%/hook.h \
	%D%/keeper.c %D%/keeper.h \
	%D%/moov.c %D%/moov.h \
	%D%/mp4.c %D%/mp4.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/recover.c %D%/recover.h \
	%D%/reel.c %D%/reel.h \
	%D%/reel_log.c %D%/reel_log.h \
	%D%/retention.c %D%/retention.h \
	%D%/ring.c %D%/ring.h \
	%D%/segment.c %D%/segment.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/space.c %D%/space.h \
	%D%/timeline.c %D%/timeline.h \
	%D%/transcode.c %D%/transcode.h \
	%D%/tree.c %D%/tree.h \
	%D%/writer.c %D%/writer.h
RECORD_LIBS = src/record/librecord.a $(MEDIA_LIBS) $(AV_LIBS)
