/* SPDX-License-Identifier: MIT */
#ifndef RECORD_TRANSCODE_H
#define RECORD_TRANSCODE_H

#include <stddef.h>
#include <stdint.h>

#include "record/mp4.h"

/* JPEG pictures to H.264 (libx264 superfast, one thread, no B-frames) or MPEG-4. Every picture
 * becomes one packet, in order. One thread. A picture of odd width or height loses its last column
 * or row, since 4:2:0 video has none. */
typedef int transcode_sink(void *ctx, const uint8_t *bytes, size_t len, int64_t time, int key);

struct transcode;
int transcode_open(enum mp4_codec codec, unsigned width, unsigned height, transcode_sink *sink,
                   void *ctx, struct transcode **out);
/* The encoder's headers for the file; borrowed, valid until transcode_close. */
const uint8_t *transcode_extradata(const struct transcode *t, size_t *len);
/* A picture; time in 1/90 000 s, strictly rising. Calls sink for what comes out, perhaps later.
 * ERR_FORMAT for a picture that cannot be decoded or has another size: it is left out, the next
 * may come. Errors of the sink are returned. */
int transcode_frame(struct transcode *t, const uint8_t *jpeg, size_t len, int64_t time);
int transcode_drain(struct transcode *t); /* the rest to the sink; nothing may follow */
void transcode_close(struct transcode *t);

#endif
