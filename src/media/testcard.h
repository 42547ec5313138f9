/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_TESTCARD_H
#define MEDIA_TESTCARD_H

#include "media/frame.h"

/* The built-in picture: a moving scene, a clock, the frame number for people, and the frame number
 * and capture time for machines, as two rows of black and white squares along the bottom edge with
 * a checksum; read back after JPEG at quality 50 and at half size. Sizes from 160x120 on carry the
 * machine-readable part; smaller ones are drawn without it. */
struct testcard;
int testcard_new(unsigned width, unsigned height, const char *label, struct testcard **out);
void testcard_free(struct testcard *t);
/* Draws picture number with its time; wall_us is for the clock that people read. */
int testcard_draw(struct testcard *t, uint32_t number, uint64_t capture_us, int64_t wall_us,
                  struct frame_pool *pool, struct frame **out);

/* Reads the marks off the luma plane of a picture of any size that shows the whole card. 0 or
 * ERR_FORMAT (no marks, checksum wrong). */
int testcard_read(const uint8_t *luma, unsigned width, unsigned height, int stride,
                  uint32_t *number, uint64_t *capture_us);

#endif
