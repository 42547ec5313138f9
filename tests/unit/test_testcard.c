/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "media/canvas.h"
#include "media/glyphs.h"
#include "media/marks.h"
#include "media/mjpeg_dec.h"
#include "media/mjpeg_enc.h"
#include "media/scale.h"
#include "media/testcard.h"
#include "util/alloc.h"
#include "util/err.h"

#define TIME_MAX ((UINT64_C(1) << 56) - 1)

/* Numbers and times of all kinds of bits. */
static const struct {
    uint32_t number;
    uint64_t capture_us;
} values[] = {
    {0, 0},
    {1, 40000},
    {0x55555555, UINT64_C(0x55555555555555)},
    {0xaaaaaaaa, UINT64_C(0xaaaaaaaaaaaaaa)},
    {0x0f0f0f0f, UINT64_C(0x00ff00ff00ff00)},
    {123456789, UINT64_C(1790000000000000)},
    {UINT32_MAX, TIME_MAX},
};
enum { VALUES = sizeof values / sizeof values[0] };

static bool reads(const struct frame *f, size_t value)
{
    uint32_t number;
    uint64_t capture_us;
    uint8_t *plane[3];
    int stride[3];
    frame_i420_planes(f, plane, stride);
    return testcard_read(plane[0], f->width, f->height, stride[0], &number, &capture_us) == 0 &&
           number == values[value].number && capture_us == values[value].capture_us;
}

/* As it is; after JPEG at quality 50; decoded at 1/2, 1/4; scaled to half and to some other size
 * before JPEG. */
struct survival {
    unsigned width, height;
    bool quarter;
};
static const struct survival cards[] = {
    {160, 120, false}, {161, 121, false},  {240, 180, false}, {320, 240, true},   {479, 360, true},
    {480, 359, true},  {480, 360, false},  {640, 480, true},  {641, 479, true},   {768, 432, true},
    {1280, 720, true}, {1920, 1080, true}, {200, 700, false}, {1500, 130, false},
};

struct kit {
    struct frame_pool *pool;
    struct mjpeg_enc *enc;
    struct mjpeg_dec *dec;
};

static void check_jpeg(struct kit *k, const struct frame *raw, unsigned least_scale, size_t value)
{
    struct frame *jpeg, *f;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 50, k->pool, &jpeg), 0);
    for (unsigned scale = 1; scale <= least_scale; scale *= 2) {
        assert_int_equal(
            mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_I420, scale, k->pool, &f), 0);
        if (!reads(f, value))
            fail_msg("%ux%u at quality 50 and 1/%u: marks not read, value %zu", raw->width,
                     raw->height, scale, value);
        frame_unref(&f);
    }
    frame_unref(&jpeg);
}

static void check_scaled(struct kit *k, const struct frame *raw, unsigned width, unsigned height,
                         size_t value)
{
    struct frame *f;
    assert_int_equal(scale_i420(raw, width, height, k->pool, &f), 0);
    check_jpeg(k, f, 1, value);
    frame_unref(&f);
}

static void test_marks_survive(void **state)
{
    struct kit k;
    assert_int_equal(frame_pool_new(4, &k.pool), 0);
    assert_int_equal(mjpeg_enc_new(&k.enc), 0);
    assert_int_equal(mjpeg_dec_new(&k.dec), 0);
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        unsigned width = cards[i].width, height = cards[i].height;
        struct testcard *t;
        assert_int_equal(testcard_new(width, height, "front", &t), 0);
        for (size_t v = 0; v<VALUES; v += width> 700 ? 3 : 1) {
            struct frame *raw;
            assert_int_equal(
                testcard_draw(t, values[v].number, values[v].capture_us, 0, k.pool, &raw), 0);
            assert_true(reads(raw, v));
            check_jpeg(&k, raw, cards[i].quarter ? 4 : 2, v);
            check_scaled(&k, raw, width / 2, height / 2, v);
            check_scaled(&k, raw, width * 5 / 7, height * 5 / 7, v);
            check_scaled(&k, raw, width * 3 / 2, height * 3 / 2, v);
            frame_unref(&raw);
        }
        testcard_free(t);
    }
    assert_int_equal(frame_pool_live(k.pool), 0);
    mjpeg_enc_free(k.enc);
    mjpeg_dec_free(k.dec);
    frame_pool_free(k.pool);
}

/* A square that changed colour must be seen, whichever it is. */
static void test_every_square_counts(void **state)
{
    enum { W = 640, H = 480, ROWS = 2, COLUMNS = 54, SIDE = H / 40 };
    static uint8_t luma[W * H];
    uint32_t number;
    uint64_t capture_us;
    marks_draw(luma, W, H, W, 123456, 7890123);
    for (unsigned row = 0; row < ROWS; row++)
        for (unsigned column = 0; column < COLUMNS; column++) {
            unsigned x = column * W / COLUMNS, end = (column + 1) * W / COLUMNS;
            uint8_t *top = luma + (H - (ROWS - row) * SIDE) * W;
            for (unsigned flip = 0; flip < 2; flip++) {
                for (unsigned y = 0; y < SIDE; y++)
                    for (unsigned at = x; at < end; at++)
                        top[y * W + at] ^= 0xff;
                int r = testcard_read(luma, W, H, W, &number, &capture_us);
                if (r != (flip ? 0 : ERR_FORMAT))
                    fail_msg("square %u of row %u, %d", column, row, r);
            }
        }
    assert_int_equal(number, 123456);
    assert_int_equal(capture_us, 7890123);
}

static void test_no_marks(void **state)
{
    enum { W = 320, H = 240 };
    static uint8_t luma[W * H];
    uint32_t number = 42;
    uint64_t capture_us = 43;
    static const int fills[] = {0, 16, 128, 255};
    for (size_t i = 0; i < 4; i++) {
        memset(luma, fills[i], sizeof luma);
        assert_int_equal(testcard_read(luma, W, H, W, &number, &capture_us), ERR_FORMAT);
    }
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof luma; i++)
        luma[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
    assert_int_equal(testcard_read(luma, W, H, W, &number, &capture_us), ERR_FORMAT);
    for (unsigned side = 0; side <= 60; side++)
        assert_int_equal(testcard_read(luma, side, side, W, &number, &capture_us), ERR_FORMAT);
    assert_int_equal(testcard_read(luma, W, H, W - 1, &number, &capture_us), ERR_FORMAT);
    assert_int_equal(testcard_read(luma, W, H, -W, &number, &capture_us), ERR_FORMAT);
    assert_int_equal(number, 42);
    assert_int_equal(capture_us, 43);
}

/* Marks with little contrast, as of a washed-out or limited-range picture. */
static void test_contrast(void **state)
{
    enum { W = 640, H = 480 };
    static uint8_t luma[W * H], flat[W * H];
    uint32_t number;
    uint64_t capture_us;
    marks_draw(luma, W, H, W, 9, 10);
    static const struct {
        uint8_t black, white;
        int expected;
    } cases[] = {{16, 235, 0}, {100, 148, 0}, {100, 147, ERR_FORMAT}, {200, 100, ERR_FORMAT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t p = 0; p < sizeof luma; p++)
            flat[p] = luma[p] ? cases[i].white : cases[i].black;
        assert_int_equal(testcard_read(flat, W, H, W, &number, &capture_us), cases[i].expected);
    }
}

static void test_every_size_draws(void **state)
{
    struct frame_pool *pool;
    assert_int_equal(frame_pool_new(1, &pool), 0);
    static const struct {
        unsigned width, height;
        bool marks;
    } cases[] = {{1, 1, false},    {2, 1, false},     {1, 40, false},    {16, 16, false},
                 {37, 29, false},  {159, 120, false}, {160, 119, false}, {160, 120, true},
                 {161, 121, true}, {4000, 120, true}, {160, 4000, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct testcard *t;
        struct frame *f;
        assert_int_equal(testcard_new(cases[i].width, cases[i].height,
                                      "a label that is much too long for it", &t),
                         0);
        for (uint64_t us = 0; us < 8000000; us += 371000) { /* the ball goes everywhere */
            assert_int_equal(testcard_draw(t, UINT32_MAX, us, (int64_t)us, pool, &f), 0);
            assert_int_equal(f->len, frame_i420_bytes(cases[i].width, cases[i].height));
            uint32_t number;
            uint64_t at;
            int r = testcard_read(f->data, f->width, f->height, f->width, &number, &at);
            assert_int_equal(r, cases[i].marks ? 0 : ERR_FORMAT);
            frame_unref(&f);
        }
        testcard_free(t);
    }
    struct testcard *t;
    assert_int_equal(testcard_new(0, 10, "", &t), -EINVAL);
    assert_int_equal(testcard_new(10, 65536, "", &t), -EINVAL);
    for (unsigned n = 1; n <= 2; n++) {
        mem_fail_at(n);
        assert_int_equal(testcard_new(64, 48, NULL, &t), -ENOMEM);
    }
    mem_fail_at(0);
    testcard_free(NULL);
    frame_pool_free(pool);
}

/* The same time gives the same picture, another time another one. */
static void test_scene_moves(void **state)
{
    struct frame_pool *pool;
    struct testcard *t;
    struct frame *a, *b, *c;
    assert_int_equal(frame_pool_new(3, &pool), 0);
    assert_int_equal(testcard_new(320, 240, "x", &t), 0);
    assert_int_equal(testcard_draw(t, 1, 1000000, 0, pool, &a), 0);
    assert_int_equal(testcard_draw(t, 1, 1000000, 0, pool, &b), 0);
    assert_int_equal(testcard_draw(t, 1, 1040000, 0, pool, &c), 0);
    assert_memory_equal(a->data, b->data, a->len);
    size_t above_marks = 320u * (240 - marks_height(320, 240));
    assert_true(memcmp(a->data, c->data, above_marks) != 0);
    assert_int_equal(a->capture_us, 1000000);
    assert_int_equal(a->number, 1);
    frame_unref(&a);
    frame_unref(&b);
    frame_unref(&c);
    testcard_free(t);
    frame_pool_free(pool);
}

static void test_canvas_clips(void **state)
{
    enum { W = 15, H = 11 };
    uint8_t *pixels = test_calloc(1, frame_i420_bytes(W, H)); /* cmocka guards its edges */
    struct frame f = {.data = pixels, .width = W, .height = H};
    struct canvas c = {.width = W, .height = H};
    frame_i420_planes(&f, c.plane, c.stride);
    struct colour red = colour_rgb(255, 0, 0);
    for (int y = -20; y <= 20; y += 4)
        for (int x = -20; x <= 20; x += 4) {
            canvas_rect(&c, x, y, 9, 7, red);
            canvas_disc(&c, x, y, 5, red);
            canvas_text(&c, x, y, 2, 99, "8%");
            canvas_stroke(&c, (float)x, (float)y, (float)-y, (float)x, 3, 250);
        }
    memset(pixels, 0, frame_i420_bytes(W, H));
    canvas_rect(&c, 2, 2, 4, 4, red);
    assert_int_equal(c.plane[0][2 * W + 1], 0);
    assert_int_equal(c.plane[0][2 * W + 2], red.y);
    assert_int_equal(c.plane[0][5 * W + 5], red.y);
    assert_int_equal(c.plane[0][6 * W + 5], 0);
    assert_int_equal(c.plane[2][1 * 8 + 1], red.v);
    assert_int_equal(c.plane[2][3 * 8 + 1], 0);
    test_free(pixels);
}

static void test_colours(void **state)
{
    static const struct {
        unsigned r, g, b;
        struct colour expected;
    } cases[] = {
        {0, 0, 0, {0, 128, 128}},    {255, 255, 255, {255, 128, 128}},
        {255, 0, 0, {76, 85, 255}},  {0, 255, 0, {150, 44, 21}},
        {0, 0, 255, {29, 255, 107}}, {128, 128, 128, {128, 128, 128}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct colour got = colour_rgb(cases[i].r, cases[i].g, cases[i].b);
        assert_int_equal(got.y, cases[i].expected.y);
        assert_int_equal(got.u, cases[i].expected.u);
        assert_int_equal(got.v, cases[i].expected.v);
    }
}

/* Digits must be told apart, small letters look like capitals, and every camera name has letters.
 */
static void test_glyphs(void **state)
{
    const uint8_t *unknown = glyph_rows('\x01');
    static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.:";
    for (size_t i = 0; names[i]; i++) {
        assert_ptr_not_equal(glyph_rows(names[i]), unknown);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(glyph_rows(names[i]), glyph_rows(names[j]), GLYPH_HEIGHT);
    }
    assert_ptr_equal(glyph_rows('q'), glyph_rows('Q'));
    assert_ptr_equal(glyph_rows('\xe4'), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_survive),    cmocka_unit_test(test_every_square_counts),
        cmocka_unit_test(test_no_marks),         cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_every_size_draws), cmocka_unit_test(test_scene_moves),
        cmocka_unit_test(test_canvas_clips),     cmocka_unit_test(test_colours),
        cmocka_unit_test(test_glyphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
