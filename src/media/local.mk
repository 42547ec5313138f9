# SPDX-License-Identifier: MIT
noinst_LIBRARIES += src/media/libmedia.a
src_media_libmedia_a_CPPFLAGS = $(AM_CPPFLAGS) $(TURBOJPEG_CFLAGS)
src_media_libmedia_a_SOURCES = \
	%D%/canvas.c %D%/canvas.h \
	%D%/frame.c %D%/frame.h \
	%D%/glyphs.c %D%/glyphs.h \
	%D%/marks.c %D%/marks.h \
	%D%/mjpeg_dec.c %D%/mjpeg_dec.h \
	%D%/mjpeg_eighth.c %D%/mjpeg_eighth.h %D%/mjpeg_eighth_impl.h \
	%D%/mjpeg_eighth_header.c \
	%D%/mjpeg_enc.c %D%/mjpeg_enc.h \
	%D%/mjpeg_huffman.c %D%/mjpeg_huffman.h \
	%D%/mjpeg_marker.c %D%/mjpeg_marker.h \
	%D%/mjpeg_probe.c %D%/mjpeg_probe.h \
	%D%/scale.c %D%/scale.h \
	%D%/testcard.c %D%/testcard.h
MEDIA_LIBS = src/media/libmedia.a $(UTIL_LIBS) $(TURBOJPEG_LIBS) -lm
