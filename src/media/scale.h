/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_SCALE_H
#define MEDIA_SCALE_H

#include "media/frame.h"

/* Pixel scaling by area averaging (down) and nearest neighbour (up); no library, no state. */
int scale_i420(const struct frame *from, unsigned width, unsigned height, struct frame_pool *pool,
               struct frame **out);
int scale_rgba(const struct frame *from, unsigned width, unsigned height, struct frame_pool *pool,
               struct frame **out);

#endif
