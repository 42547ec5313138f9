/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tui/pixdiff.h"
#include "unit/image_rig.h"
#include "unit/pixels.h"

/* From a JPEG to what a terminal with graphics is sent, and back to pixels. */

/* How far apart on the average, in levels, decoded pixels are from the JPEG's lines from y0 on. */
static double apart(struct rig *r, const struct frame *jpeg, const struct pixels *p, unsigned y0,
                    unsigned height)
{
    struct frame *want = NULL;
    double sum = 0;
    assert_int_equal(picture_pixels_rgba(r->picture, jpeg, p->width, height, &want), 0);
    for (unsigned y = 0; y < p->height; y++) {
        for (unsigned x = 0; x < p->width; x++) {
            const uint8_t *w = want->data + ((size_t)(y0 + y) * p->width + x) * 4;
            uint32_t is = pixels_get(p, x, y);
            assert_int_not_equal(is, PIXELS_UNSET);
            for (int c = 0; c < 3; c++) {
                sum += abs((int)(is >> (16 - 8 * c) & 255) - w[c]);
            }
        }
    }
    frame_unref(&want);
    return sum / 3 / p->width / p->height;
}

static void test_sixel_strips_are_the_picture(void **state)
{
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    render(r, jpeg, PICTURE_SIXEL, PLENTY);
    assert_int_equal(r->strips.cols, COLS); /* 4:3 in cells of 1:2 is 30 x 11 */
    assert_int_equal(r->strips.rows, 11);
    assert_int_equal(r->strips.strip_rows, 3); /* 48 lines are whole bands */
    assert_int_equal(r->strips.n, 4);
    assert_int_equal(fresh(&r->strips), 4);
    for (unsigned i = 0; i < r->strips.n; i++) {
        const struct bytes *b = &r->strips.strip[i].bytes;
        struct pixels p;
        assert_int_equal(pixels_read_sixel(b->at, b->len, 256, &p), b->len);
        assert_int_equal(p.width, COLS * CELL_W);
        assert_int_equal(p.height, (i < 3 ? 3 : 2) * CELL_H);
        assert_true(apart(r, jpeg, &p, i * 3 * CELL_H, 11 * CELL_H) < 24);
        pixels_free(&p);
    }
    frame_unref(&jpeg);
}

static void test_only_strips_that_changed(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H), *half = jpeg_of(r, CARD_H * 3 / 4);
    render(r, card, PICTURE_SIXEL, PLENTY);
    render(r, card, PICTURE_SIXEL, PLENTY);
    assert_int_equal(fresh(&r->strips), 0);
    render(r, half, PICTURE_SIXEL, PLENTY); /* 132 of 176 lines are as before */
    assert_int_equal(fresh(&r->strips), 2);
    assert_true(r->strips.strip[2].fresh && r->strips.strip[3].fresh);
    drawn_forget(&r->drawn);
    render(r, half, PICTURE_SIXEL, PLENTY);
    assert_int_equal(fresh(&r->strips), 4);
    frame_unref(&card);
    frame_unref(&half);
}

static void test_kitty_and_its_limit(void **state)
{
    static const size_t most[] = {PLENTY, 20000, 5000};
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    unsigned before = COLS * CELL_W + 1;
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        struct pixels_kitty k;
        drawn_forget(&r->drawn);
        render(r, jpeg, PICTURE_KITTY, most[i]);
        const struct bytes *b = &r->strips.strip[0].bytes;
        assert_int_equal(r->strips.n, 1);
        assert_in_range(b->len, 1, most[i]);
        assert_int_equal(pixels_read_kitty(b->at, b->len, &k), b->len);
        assert_int_equal(k.id, r->strips.id);
        assert_int_equal(k.cols, COLS);
        assert_int_equal(k.rows, 11);
        assert_true(k.pixels.width < before); /* smaller each time */
        before = k.pixels.width;
        if (i == 0) {
            assert_int_equal(k.pixels.width, COLS * CELL_W);
            assert_true(apart(r, jpeg, &k.pixels, 0, 11 * CELL_H) < 3);
        }
        pixels_free(&k.pixels);
    }
    frame_unref(&jpeg);
}

/* The file in an iTerm2 image; the caller frees it. */
static uint8_t *file_of(const struct bytes *b, size_t *len)
{
    const uint8_t *colon = memchr(b->at, ':', b->len);
    assert_non_null(colon);
    return pixels_unbase64(colon + 1, (size_t)(b->at + b->len - colon) - 2, len);
}

static void test_iterm2_takes_the_file_where_it_can(void **state)
{
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    struct picture_spec big = spec_of(PICTURE_ITERM2);
    size_t len;
    big.cols = 60;
    big.rows = 30;
    assert_int_equal(
        imager_render(r->imager, r->picture, jpeg, &big, PLENTY, &r->drawn, &r->strips), 0);
    uint8_t *file = file_of(&r->strips.strip[0].bytes, &len);
    assert_int_equal(len, jpeg->len);
    assert_memory_equal(file, jpeg->data, len);
    free(file);
    render(r, jpeg, PICTURE_ITERM2, PLENTY); /* 240 pixels wide do */
    file = file_of(&r->strips.strip[0].bytes, &len);
    assert_true(len < jpeg->len);
    free(file);
    drawn_forget(&r->drawn);
    render(r, jpeg, PICTURE_ITERM2, 3000);
    assert_in_range(r->strips.strip[0].bytes.len, 1, 3200);
    render(r, jpeg, PICTURE_ITERM2, 3000);
    assert_int_equal(fresh(&r->strips), 0);
    frame_unref(&jpeg);
}

static void test_damaged_pictures(void **state)
{
    struct rig *r = *state;
    struct picture_spec s = spec_of(PICTURE_SIXEL);
    struct frame *jpeg = jpeg_of(r, CARD_H);
    jpeg->len = 30;
    assert_true(imager_render(r->imager, r->picture, jpeg, &s, PLENTY, &r->drawn, &r->strips) < 0);
    frame_unref(&jpeg);
}

/* A picture of one grey, with noise or with a spot. */
static struct frame *grey(struct rig *r, unsigned w, unsigned h, int noise)
{
    struct frame *f;
    uint32_t seed = 7;
    assert_int_equal(frame_new(r->pool, (size_t)w * h * 4, &f), 0);
    f->format = FRAME_RGBA;
    f->width = (uint16_t)w;
    f->height = (uint16_t)h;
    f->len = (size_t)w * h * 4;
    for (size_t i = 0; i < f->len; i++) {
        seed = seed * 1664525 + 1013904223;
        f->data[i] = (uint8_t)(128 + (noise ? (int)(seed >> 24) % (2 * noise + 1) - noise : 0));
    }
    return f;
}

static void test_noise_is_no_change_and_a_spot_is(void **state)
{
    static const struct {
        unsigned x, y, w, h;
        int by;
        bool differs;
    } cases[] = {
        {0, 0, 8, 8, 5, true},     {0, 0, 8, 8, 4, false},
        {0, 0, 8, 8, -5, true},    {44, 28, 2, 2, 40, true},
        {44, 28, 2, 2, 30, false}, /* the last block, 6 x 6 */
        {16, 8, 1, 1, 100, false}, /* one of 64 */ {16, 8, 4, 4, 40, true},
    };
    struct rig *r = *state;
    struct frame *a = grey(r, 46, 30, 0), *noisy = grey(r, 46, 30, 8);
    assert_false(pixdiff_lines(a, a, 0, 30));
    assert_false(pixdiff_lines(a, noisy, 0, 30));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame *b = grey(r, 46, 30, 0);
        for (unsigned y = cases[i].y; y < cases[i].y + cases[i].h; y++) {
            for (unsigned x = cases[i].x; x < cases[i].x + cases[i].w; x++) {
                uint8_t *green = b->data + ((size_t)y * 46 + x) * 4 + 1;
                *green = (uint8_t)(*green + cases[i].by);
            }
        }
        print_message("%zu\n", i);
        assert_int_equal(pixdiff_lines(a, b, 0, 30), cases[i].differs);
        assert_false(pixdiff_lines(a, b, cases[i].y < 24 ? 24 : 0, cases[i].y < 24 ? 6 : 24));
        frame_unref(&b);
    }
    frame_unref(&a);
    frame_unref(&noisy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sixel_strips_are_the_picture),
        TEST(test_only_strips_that_changed),
        TEST(test_kitty_and_its_limit),
        TEST(test_iterm2_takes_the_file_where_it_can),
        TEST(test_damaged_pictures),
        TEST(test_noise_is_no_change_and_a_spot_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
