# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_CPPFLAGS = $(AM_CPPFLAGS) $(AV_CFLAGS)
src_record_librecord_a_SOURCES = \
	%D%/closer.c %D%/closer.h \
	%D%/disk.c %D%/disk.h \
	%D%/mp4.c %D%/mp4.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/segment.c %D%/segment.h \
	%D%/timeline.c %D%/timeline.h \
	%D%/transcode.c %D%/transcode.h \
	%D%/writer.c %D%/writer.h
RECORD_LIBS = src/record/librecord.a $(MEDIA_LIBS) $(AV_LIBS)
