/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "media/scale.h"
#include "util/alloc.h"

static struct frame_pool *pool;

static int set_up(void **state)
{
    return frame_pool_new(4, &pool);
}

static int tear_down(void **state)
{
    assert_int_equal(frame_pool_live(pool), 0);
    frame_pool_free(pool);
    return 0;
}

static struct frame *picture(enum frame_format format, unsigned width, unsigned height)
{
    struct frame *f;
    size_t bytes =
        format == FRAME_RGBA ? (size_t)width * height * 4 : frame_i420_bytes(width, height);
    assert_int_equal(frame_new(pool, bytes, &f), 0);
    f->len = bytes;
    f->format = format;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    return f;
}

/* One row of luma (and one of 4 equal channels) to another. */
static const struct {
    unsigned from, to;
    uint8_t in[8], out[8];
} rows[] = {
    {4, 4, {1, 2, 3, 4}, {1, 2, 3, 4}},
    {4, 2, {10, 20, 30, 41}, {15, 36}}, /* halves are rounded up */
    {4, 1, {10, 20, 30, 40}, {25}},
    {3, 2, {0, 90, 240}, {30, 190}}, /* 1.5 pixels each: 0 0 90 | 90 240 240, by halves */
    {5, 2, {10, 10, 60, 110, 110}, {20, 100}},
    {1, 3, {7}, {7, 7, 7}},
    {2, 4, {1, 9}, {1, 1, 9, 9}},
    {2, 3, {1, 9}, {1, 9, 9}},
    {3, 8, {1, 5, 9}, {1, 1, 1, 5, 5, 9, 9, 9}},
    {8, 1, {255, 255, 255, 255, 255, 255, 255, 255}, {255}},
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frame *f = picture(FRAME_I420, rows[i].from, 1), *g;
        memcpy(f->data, rows[i].in, rows[i].from);
        f->number = 5;
        assert_int_equal(scale_i420(f, rows[i].to, 1, pool, &g), 0);
        assert_memory_equal(g->data, rows[i].out, rows[i].to);
        assert_int_equal(g->number, 5);
        assert_int_equal(g->width, rows[i].to);
        frame_unref(&f);
        frame_unref(&g);

        f = picture(FRAME_RGBA, 1, rows[i].from); /* the same downwards, in four channels */
        for (unsigned y = 0; y < rows[i].from * 4; y++)
            f->data[y] = rows[i].in[y / 4];
        assert_int_equal(scale_rgba(f, 1, rows[i].to, pool, &g), 0);
        for (unsigned y = 0; y < rows[i].to * 4; y++)
            assert_int_equal(g->data[y], rows[i].out[y / 4]);
        frame_unref(&f);
        frame_unref(&g);
    }
}

/* One colour stays that colour, at any pair of sizes, to the last pixel of every plane. */
static void test_constant(void **state)
{
    static const unsigned sides[] = {1, 2, 3, 7, 16, 33, 640};
    enum { SIDES = sizeof sides / sizeof sides[0] };
    for (size_t a = 0; a < SIDES; a++)
        for (size_t b = 0; b < SIDES; b++) {
            struct frame *f = picture(FRAME_I420, sides[a], sides[b]), *g;
            memset(f->data, 201, f->len);
            assert_int_equal(scale_i420(f, sides[b], sides[a], pool, &g), 0);
            assert_int_equal(g->len, frame_i420_bytes(sides[b], sides[a]));
            for (size_t i = 0; i < g->len; i++)
                assert_int_equal(g->data[i], 201);
            frame_unref(&f);
            frame_unref(&g);
        }
}

/* The mean brightness stays, whatever the ratio. */
static void test_mean(void **state)
{
    static const unsigned widths[] = {1, 3, 10, 63, 64, 99};
    struct frame *f = picture(FRAME_RGBA, 100, 70);
    uint64_t sum = 0;
    uint32_t seed = 3;
    for (size_t i = 0; i < f->len; i++) {
        f->data[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
        sum += f->data[i];
    }
    double mean = (double)sum / (double)f->len;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct frame *g;
        assert_int_equal(scale_rgba(f, widths[i], 7, pool, &g), 0);
        sum = 0;
        for (size_t p = 0; p < g->len; p++)
            sum += g->data[p];
        double now = (double)sum / (double)g->len;
        assert_true(now > mean - 1 && now < mean + 1);
        frame_unref(&g);
    }
    frame_unref(&f);
}

static void test_channels_stay_apart(void **state)
{
    struct frame *f = picture(FRAME_RGBA, 9, 5), *g;
    for (size_t i = 0; i < f->len; i++)
        f->data[i] = (uint8_t)(10 + 60 * (i % 4));
    assert_int_equal(scale_rgba(f, 4, 7, pool, &g), 0);
    for (size_t i = 0; i < g->len; i++)
        assert_int_equal(g->data[i], 10 + 60 * (i % 4));
    frame_unref(&f);
    frame_unref(&g);
}

static void test_wrong_arguments(void **state)
{
    struct frame *f = picture(FRAME_I420, 4, 4), *g = NULL;
    assert_int_equal(scale_rgba(f, 2, 2, pool, &g), -EINVAL);
    assert_int_equal(scale_i420(f, 0, 2, pool, &g), -EINVAL);
    assert_int_equal(scale_i420(f, 2, 65536, pool, &g), -EINVAL);
    f->len--;
    assert_int_equal(scale_i420(f, 2, 2, pool, &g), -EINVAL);
    f->len++;
    for (unsigned n = 1; n <= 3; n++) {
        mem_fail_at(n);
        assert_int_equal(scale_i420(f, 200, 200, pool, &g), -ENOMEM);
    }
    mem_fail_at(0);
    assert_null(g);
    frame_unref(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_constant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_channels_stay_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_arguments, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
