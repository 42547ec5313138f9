/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "media/testcard.h"
#include "unit/mjpeg_rig.h"

int set_up(void **state)
{
    struct kit *k = test_calloc(1, sizeof *k);
    assert_int_equal(frame_pool_new(4, &k->pool), 0);
    assert_int_equal(mjpeg_enc_new(&k->enc), 0);
    assert_int_equal(mjpeg_dec_new(&k->dec), 0);
    *state = k;
    return 0;
}

int tear_down(void **state)
{
    struct kit *k = *state;
    assert_int_equal(frame_pool_live(k->pool), 0);
    mjpeg_enc_free(k->enc);
    mjpeg_dec_free(k->dec);
    frame_pool_free(k->pool);
    test_free(k);
    return 0;
}

struct frame *slope(struct kit *k, unsigned width, unsigned height)
{
    struct frame *f;
    uint8_t *plane[3];
    int stride[3];
    assert_int_equal(frame_new(k->pool, frame_i420_bytes(width, height), &f), 0);
    f->len = frame_i420_bytes(width, height);
    f->format = FRAME_I420;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    frame_i420_planes(f, plane, stride);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            plane[0][y * (unsigned)stride[0] + x] =
                (uint8_t)(60 + x * 100 / width + y * 60 / height);
    for (unsigned i = 1; i < 3; i++)
        for (unsigned y = 0; y < (height + 1) / 2; y++)
            for (unsigned x = 0; x < (width + 1) / 2; x++)
                plane[i][y * (unsigned)stride[i] + x] =
                    (uint8_t)(i == 1 ? 90 + x * 80 / width : 180 - y * 80 / height);
    return f;
}

struct frame *card(struct kit *k, unsigned width, unsigned height, uint32_t number)
{
    struct testcard *t;
    struct frame *f;
    assert_int_equal(testcard_new(width, height, "test", &t), 0);
    assert_int_equal(testcard_draw(t, number, 1000000, 0, k->pool, &f), 0);
    testcard_free(t);
    return f;
}
