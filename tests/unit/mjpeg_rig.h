/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MJPEG_RIG_H
#define TESTS_UNIT_MJPEG_RIG_H

#include "media/mjpeg_dec.h"
#include "media/mjpeg_enc.h"

/* An encoder, a decoder, and pictures for them. */
struct kit {
    struct frame_pool *pool;
    struct mjpeg_enc *enc;
    struct mjpeg_dec *dec;
};

int set_up(void **state);
int tear_down(void **state); /* no frame may be out */

/* A soft slope in every plane, which JPEG keeps almost exactly. */
struct frame *slope(struct kit *k, unsigned width, unsigned height);

/* The test card. */
struct frame *card(struct kit *k, unsigned width, unsigned height, uint32_t number);

#endif
