/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_IMAGE_RIG_H
#define TESTS_UNIT_IMAGE_RIG_H

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "tui/image.h"
#include "tui/imager.h"

/* From a JPEG to the strips that a terminal with graphics is sent. */

enum {
    CARD_W = 320,
    CARD_H = 240,
    COLS = 30,
    ROWS = 12,
    CELL_W = 8,
    CELL_H = 16,
    PLENTY = 1 << 22
};

/* What a test draws with. */
struct rig {
    struct frame_pool *pool;
    struct mjpeg_enc *enc;
    struct testcard *card;
    struct picture *picture;
    struct imager *imager;
    struct drawn drawn;
    struct strips strips;
    struct image image;
    struct bytes out;
};

int set_up(void **state);
int tear_down(void **state);

/* The card without anything that moves, or with lines from `grey_from` on in grey. */
struct frame *jpeg_of(struct rig *r, unsigned grey_from);

struct picture_spec spec_of(enum picture_form form);

/* How many strips are fresh. */
unsigned fresh(const struct strips *s);

/* Into r->strips, as what differs from r->drawn. */
void render(struct rig *r, const struct frame *jpeg, enum picture_form form, size_t most);

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
