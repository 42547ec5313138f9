# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/capture/libcapture.a
src_capture_libcapture_a_CPPFLAGS = $(AM_CPPFLAGS) $(AV_CFLAGS) $(AVDEVICE_CFLAGS)
src_capture_libcapture_a_SOURCES = \
	%D%/schedule.c %D%/schedule.h \
	%D%/source.c %D%/source.h \
	%D%/source_av.c %D%/source_av.h \
	%D%/source_av_clock.c %D%/source_av_clock.h \
	%D%/source_av_input.c %D%/source_av_input.h \
	%D%/source_av_log.c %D%/source_av_log.h \
	%D%/source_av_picture.c %D%/source_av_picture.h \
	%D%/source_card.c %D%/source_card.h
CAPTURE_LIBS = src/capture/libcapture.a $(MEDIA_LIBS) $(AVDEVICE_LIBS) $(AV_LIBS)
