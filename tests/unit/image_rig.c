/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/image_rig.h"

static const struct picture_spec base = {.cols = COLS,
                                         .rows = ROWS,
                                         .cell_aspect = 2,
                                         .cell_w = CELL_W,
                                         .cell_h = CELL_H,
                                         .registers = 256};

int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_int_equal(frame_pool_new(4, &r->pool), 0);
    assert_int_equal(mjpeg_enc_new(&r->enc), 0);
    assert_int_equal(testcard_new(CARD_W, CARD_H, "x", &r->card), 0);
    assert_int_equal(picture_new(&r->picture), 0);
    assert_int_equal(imager_new(&r->imager), 0);
    *state = r;
    return 0;
}

int tear_down(void **state)
{
    struct rig *r = *state;
    drawn_forget(&r->drawn);
    strips_fini(&r->strips);
    image_fini(&r->image);
    bytes_fini(&r->out);
    imager_free(r->imager);
    picture_free(r->picture);
    testcard_free(r->card);
    mjpeg_enc_free(r->enc);
    frame_pool_free(r->pool);
    free(r);
    return 0;
}

struct frame *jpeg_of(struct rig *r, unsigned grey_from)
{
    struct frame *raw, *jpeg;
    assert_int_equal(testcard_draw(r->card, 1, 1, 1, r->pool, &raw), 0);
    if (grey_from < CARD_H) {
        memset(raw->data + (size_t)grey_from * CARD_W, 0x80, (size_t)(CARD_H - grey_from) * CARD_W);
    }
    assert_int_equal(mjpeg_enc_frame(r->enc, raw, 85, r->pool, &jpeg), 0);
    frame_unref(&raw);
    return jpeg;
}

struct picture_spec spec_of(enum picture_form form)
{
    struct picture_spec s = base;
    s.form = form;
    return s;
}

unsigned fresh(const struct strips *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->n; i++) {
        n += s->strip[i].fresh;
    }
    return n;
}

void render(struct rig *r, const struct frame *jpeg, enum picture_form form, size_t most)
{
    struct picture_spec s = spec_of(form);
    assert_int_equal(imager_render(r->imager, r->picture, jpeg, &s, most, &r->drawn, &r->strips),
                     0);
}
