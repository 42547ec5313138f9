/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_AV_H
#define CAPTURE_SOURCE_AV_H

#include "capture/source.h"

/* Anything libavformat and libavdevice open. Files loop at their own pace, without drift and
 * without a pause at the seam. MJPEG is passed through untouched (standard Huffman tables are
 * inserted where a camera left them out) unless another size was asked for. */
int source_av_open(const struct source_spec *spec, struct stop *stop, struct source **out,
                   char *error, size_t cap);

#endif
