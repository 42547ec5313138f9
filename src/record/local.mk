# SPDX-License-Identifier: MIT
RECORD_LIBS = src/record/librecord.a $(MEDIA_LIBS) $(AV_LIBS)
