# SPDX-License-Identifier: MIT
MEDIA_LIBS = src/media/libmedia.a $(UTIL_LIBS) $(TURBOJPEG_LIBS) -lm
