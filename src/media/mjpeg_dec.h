/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_DEC_H
#define MEDIA_MJPEG_DEC_H

#include "media/frame.h"

/* libjpeg-turbo decoder, one a thread. Pictures claiming more than the given pixels are refused
 * before any buffer exists; warnings of damaged data are an error (ERR_FORMAT). */
struct mjpeg_dec;
int mjpeg_dec_new(struct mjpeg_dec **out);
void mjpeg_dec_free(struct mjpeg_dec *d);

/* JPEG bytes to an I420 or RGBA frame from pool, scaled by 1/scale (1, 2, 4, 8) while decoding.
 * Facts other than size are left zero. */
int mjpeg_dec_frame(struct mjpeg_dec *d, const uint8_t *jpeg, size_t len, enum frame_format format,
                    unsigned scale, struct frame_pool *pool, struct frame **out);

#endif
