/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/sixel.h"
#include "tui/sixel_palette.h"
#include "unit/pixels.h"
#include "util/alloc.h"

static const unsigned terminals[] = {16, 17, 64, 256};
enum { TERMINALS = sizeof terminals / sizeof terminals[0] };

/* Encoders and the palettes they should have; made once, since that takes a while. */
static struct sixel *sixels[TERMINALS];
static struct sixel_palette palettes[TERMINALS];
enum { FULL = 3 }; /* of 256 registers */

struct rig {
    unsigned terminal;
    struct frame_pool *pool;
    struct bytes bytes;
    unsigned seed;
};

static unsigned roll(struct rig *r)
{
    r->seed = r->seed * 1103515245u + 12345u;
    return r->seed >> 16;
}

static int make_sixels(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        sixel_palette_init(&palettes[i], terminals[i]);
        assert_int_equal(sixel_new(terminals[i], &sixels[i]), 0);
    }
    return 0;
}

static int free_sixels(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        sixel_free(sixels[i]);
    }
    return 0;
}

static int start(void **state)
{
    static struct rig r;
    r = (struct rig){.seed = 3, .terminal = FULL};
    *state = &r;
    return frame_pool_new(2, &r.pool);
}

static int stop(void **state)
{
    struct rig *r = *state;
    bytes_fini(&r->bytes);
    frame_pool_free(r->pool);
    return 0;
}

static int strip(struct rig *r, const struct frame *f, unsigned y0, unsigned h)
{
    return sixel_strip(sixels[r->terminal], &r->bytes, f, y0, h);
}

/* The channels of a pixel; alpha is anything. */
typedef uint32_t paint_fn(struct rig *r, unsigned x, unsigned y);

static struct frame *picture(struct rig *r, unsigned width, unsigned height, paint_fn *paint)
{
    struct frame *f;
    assert_int_equal(frame_new(r->pool, (size_t)width * height * 4, &f), 0);
    f->format = FRAME_RGBA;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    f->len = (size_t)width * height * 4;
    for (size_t i = 0; i < (size_t)width * height; i++) {
        uint32_t rgb = paint(r, (unsigned)(i % width), (unsigned)(i / width));
        f->data[4 * i] = (uint8_t)(rgb >> 16);
        f->data[4 * i + 1] = (uint8_t)(rgb >> 8);
        f->data[4 * i + 2] = (uint8_t)rgb;
        f->data[4 * i + 3] = (uint8_t)roll(r);
    }
    return f;
}

static uint32_t noise(struct rig *r, unsigned x, unsigned y)
{
    return roll(r) << 12 ^ roll(r);
}

/* Bars of one colour, of all widths. */
static uint32_t bars(struct rig *r, unsigned x, unsigned y)
{
    unsigned n = (x / (1 + y / 4 % 17) + y / 4) % 8;
    return (n & 1 ? 0xff0000 : 0) | (n & 2 ? 0xff00 : 0) | (n & 4 ? 0xff : 0);
}

/* Over 512 x 256: grey from left to right, a tint from top to bottom. */
static uint32_t ramp(struct rig *r, unsigned x, unsigned y)
{
    unsigned grey = x / 2 % 256, tint = y % 256;
    return grey << 16 | (grey * (255 - tint) + 128 * tint) / 255 << 8 |
           (grey * (255 - tint) + (255 - grey) * tint) / 255;
}

/* Every pixel is drawn in the colour that the palette has for it, y0 lines below the top. */
static void assert_drawn(struct rig *r, const struct pixels *p, const struct frame *f, unsigned y0)
{
    const struct sixel_palette *palette = &palettes[r->terminal];
    uint8_t *color = malloc(f->width);
    assert_non_null(color);
    assert_int_equal(p->width, f->width);
    for (unsigned y = 0; y < p->height; y++) {
        sixel_palette_line(palette, f->data + (size_t)(y0 + y) * f->width * 4, f->width, y0 + y,
                           color);
        for (unsigned x = 0; x < p->width; x++) {
            const uint8_t *percent = palette->percent[color[x]];
            uint32_t want = pixels_percent(percent[0], percent[1], percent[2]);
            if (pixels_get(p, x, y) != want) {
                fail_msg("%06x instead of %06x at %u, %u of %u x %u", pixels_get(p, x, y), want, x,
                         y0 + y, f->width, f->height);
            }
        }
    }
    free(color);
}

static void encode(struct rig *r, const struct frame *f, struct pixels *out)
{
    unsigned registers = terminals[r->terminal];
    bytes_clear(&r->bytes);
    assert_int_equal(strip(r, f, 0, f->height), 0);
    assert_int_equal(pixels_read_sixel(r->bytes.at, r->bytes.len, registers, out), r->bytes.len);
    assert_int_equal(out->height, f->height);
}

static void test_each_pixel_is_drawn(void **state)
{
    static const unsigned sizes[][2] = {{1, 1},  {2, 6},     {3, 7},    {1, 13},
                                        {17, 5}, {640, 384}, {203, 97}, {5000, 7}};
    static paint_fn *const paints[] = {noise, bars, ramp};
    struct rig *r = *state;
    for (r->terminal = 0; r->terminal < TERMINALS; r->terminal++) {
        for (unsigned k = 0; k < sizeof sizes / sizeof sizes[0] * 3; k++) {
            struct frame *f = picture(r, sizes[k / 3][0], sizes[k / 3][1], paints[k % 3]);
            struct pixels p;
            encode(r, f, &p);
            assert_drawn(r, &p, f, 0);
            pixels_free(&p);
            frame_unref(&f);
        }
    }
}

/* A strip is what the whole picture has there, dither and all, whatever was encoded before. */
static void test_strips_are_the_picture(void **state)
{
    static const unsigned heights[] = {6, 18, 48, 54, 96, 102, 65535};
    struct rig *r = *state;
    struct frame *f = picture(r, 301, 101, ramp), *other = picture(r, 400, 6, noise);
    struct pixels whole, part;
    encode(r, f, &whole);
    for (unsigned i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        unsigned h = heights[i];
        for (unsigned y = 0; y < 101; y += h) {
            bytes_clear(&r->bytes);
            assert_int_equal(strip(r, other, 0, 6), 0);
            size_t before = r->bytes.len;
            assert_int_equal(strip(r, f, y, h), 0);
            size_t len = r->bytes.len - before;
            assert_int_equal(pixels_read_sixel(r->bytes.at + before, len, 256, &part), len);
            assert_int_equal(part.width, 301);
            assert_int_equal(part.height, 101 - y < h ? 101 - y : h);
            assert_memory_equal(part.at, whole.at + (size_t)y * 301,
                                (size_t)part.height * 301 * sizeof *part.at);
            pixels_free(&part);
        }
    }
    pixels_free(&whole);
    frame_unref(&other);
    frame_unref(&f);
}

static void test_the_same_picture_is_the_same_bytes(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 200, 48, noise), *wider = picture(r, 300, 48, noise);
    size_t len[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(strip(r, i == 1 ? wider : f, 0, 48), 0);
        len[i] = r->bytes.len;
    }
    assert_int_equal(len[2] - len[1], len[0]);
    assert_memory_equal(r->bytes.at, r->bytes.at + len[1], len[0]);
    frame_unref(&wider);
    frame_unref(&f);
}

static uint32_t flat(struct rig *r, unsigned x, unsigned y)
{
    return 0xffffff;
}

/* A band of one colour takes a few bytes, whatever its width. */
static void test_runs_are_short(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 10000, 60, flat);
    assert_int_equal(strip(r, f, 0, 60), 0);
    assert_in_range(r->bytes.len, 10, 160);
    frame_unref(&f);
}

static void test_rows_of_a_strip(void **state)
{
    static const unsigned cases[][2] = {{1, 6},  {6, 1},  {8, 3},  {12, 1}, {15, 2},
                                        {16, 3}, {17, 6}, {18, 1}, {20, 3}, {24, 1}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sixel_strip_rows(cases[i][0]), cases[i][1]);
    }
}

static void test_what_is_no_strip_is_refused(void **state)
{
    struct rig *r = *state;
    struct sixel *none = NULL;
    struct frame *f = picture(r, 4, 12, noise);
    assert_int_equal(sixel_new(15, &none), -EINVAL);
    assert_int_equal(strip(r, f, 0, 0), -EINVAL);
    assert_int_equal(strip(r, f, 5, 6), -EINVAL);
    assert_int_equal(strip(r, f, 12, 6), -EINVAL);
    f->format = FRAME_I420;
    assert_int_equal(strip(r, f, 0, 6), -EINVAL);
    f->format = FRAME_RGBA;
    f->width = 0;
    assert_int_equal(strip(r, f, 0, 6), -EINVAL);
    assert_int_equal(r->bytes.len, 0);
    frame_unref(&f);
}

/* Each allocation in turn fails: it is told and kept, and the next picture is whole again. */
static void test_lack_of_memory_is_told(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 500, 12, noise);
    unsigned failures = 0;
    for (int err = -ENOMEM; err; failures++) {
        struct sixel *s = NULL;
        struct bytes b = {0};
        mem_fail_at(failures + 1);
        err = sixel_new(16, &s);
        err = err ? err : sixel_strip(s, &b, f, 0, 12);
        mem_fail_at(0);
        assert_true(err == 0 || err == -ENOMEM);
        if (s && err) {
            assert_true(b.failed);
            assert_int_equal(sixel_strip(s, &b, f, 0, 12), -ENOMEM);
            bytes_fini(&b);
            assert_int_equal(sixel_strip(s, &b, f, 0, 12), 0);
        }
        sixel_free(s);
        bytes_fini(&b);
    }
    assert_in_range(failures, 4, 40);
    frame_unref(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_pixel_is_drawn, start, stop),
        cmocka_unit_test_setup_teardown(test_strips_are_the_picture, start, stop),
        cmocka_unit_test_setup_teardown(test_the_same_picture_is_the_same_bytes, start, stop),
        cmocka_unit_test_setup_teardown(test_runs_are_short, start, stop),
        cmocka_unit_test(test_rows_of_a_strip),
        cmocka_unit_test_setup_teardown(test_what_is_no_strip_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_lack_of_memory_is_told, start, stop),
    };
    return cmocka_run_group_tests(tests, make_sixels, free_sixels);
}
