/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_ENC_H
#define MEDIA_MJPEG_ENC_H

#include "media/frame.h"

/* libjpeg-turbo encoder, one a thread. */
struct mjpeg_enc;
int mjpeg_enc_new(struct mjpeg_enc **out);
void mjpeg_enc_free(struct mjpeg_enc *e);

/* An I420 frame to a new JPEG frame from pool (facts copied, count 1), quality 1 … 100. */
int mjpeg_enc_frame(struct mjpeg_enc *e, const struct frame *raw, int quality,
                    struct frame_pool *pool, struct frame **out);
/* The same with the highest quality, from quality down, at which it takes at most most_bytes;
 * remembers in *quality_now where it was for the next picture. ERR_LIMIT if none does. */
int mjpeg_enc_fit(struct mjpeg_enc *e, const struct frame *raw, int quality, size_t most_bytes,
                  int *quality_now, struct frame_pool *pool, struct frame **out);

#endif
