# SPDX-License-Identifier: MIT
CAPTURE_LIBS = src/capture/libcapture.a $(MEDIA_LIBS) $(AVDEVICE_LIBS) $(AV_LIBS)
