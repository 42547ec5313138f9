/* SPDX-License-Identifier: MIT */
/* Pictures at an eighth of their size, against what libjpeg-turbo makes of the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "media/mjpeg_eighth.h"
#include "media/mjpeg_probe.h"
#include "util/alloc.h"
#include "util/err.h"

enum { SIDE = 640, COLOURS = 4 };

struct kit {
    struct frame_pool *pool;
    struct frame *ours;
    struct mjpeg_eighth *eighth;
    tjhandle dec;
    uint8_t *pixels, *theirs;
    uint8_t *jpeg;
    unsigned long len;
};

static int set_up(void **state)
{
    struct kit *k = test_calloc(1, sizeof *k);
    assert_int_equal(frame_pool_new(1, &k->pool), 0);
    assert_int_equal(frame_new(k->pool, (size_t)SIDE * SIDE, &k->ours), 0);
    assert_int_equal(mjpeg_eighth_new(&k->eighth), 0);
    k->dec = tjInitDecompress();
    k->pixels = test_malloc((size_t)SIDE * SIDE * COLOURS);
    k->theirs = test_malloc((size_t)SIDE * SIDE * COLOURS);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    frame_unref(&k->ours);
    frame_pool_free(k->pool);
    mjpeg_eighth_free(k->eighth);
    tjFree(k->jpeg);
    tjDestroy(k->dec);
    test_free(k->pixels);
    test_free(k->theirs);
    test_free(k);
    return 0;
}

/* A slope in three colours, or noise in all: blocks without a single zero, and the longest codes.
 */
static void draw(struct kit *k, int width, int height, bool noise)
{
    uint32_t random = 1;
    for (int i = 0; i < width * height; i++) {
        uint8_t *p = k->pixels + (size_t)i * COLOURS;
        int x = i % width, y = i / width;
        random = random * 1664525 + 1013904223;
        p[0] = (uint8_t)(noise ? random >> 24 : (uint32_t)(x * 255 / width));
        p[1] = (uint8_t)(noise ? random >> 16 : (uint32_t)(y * 255 / height));
        p[2] = (uint8_t)(noise ? random >> 8 : 128);
        p[3] = 255;
    }
}

/* A new encoder each time: one keeps the tables that it made for a picture before. */
static void encode(struct kit *k, int width, int height, int subsampling, int quality, int flags)
{
    tjhandle enc = tjInitCompress();
    tjFree(k->jpeg);
    k->jpeg = NULL;
    k->len = 0;
    assert_int_equal(tjCompress2(enc, k->pixels, width, 0, height, TJPF_RGBA, &k->jpeg, &k->len,
                                 subsampling, quality, flags),
                     0);
    tjDestroy(enc);
}

static int decode(struct kit *k)
{
    return mjpeg_eighth_decode(k->eighth, k->jpeg, k->len, k->ours);
}

/* Largest difference in a channel, and the sum of all in *sum. */
static int compare(struct kit *k, int width, int height, int64_t *sum)
{
    int w = (width + 7) / 8, h = (height + 7) / 8, most = 0;
    assert_int_equal(k->ours->width, w);
    assert_int_equal(k->ours->height, h);
    assert_int_equal(k->ours->len, (size_t)w * (size_t)h * COLOURS);
    assert_int_equal(tjDecompress2(k->dec, k->jpeg, k->len, k->theirs, w, 0, h, TJPF_RGBA, 0), 0);
    *sum = 0;
    for (size_t i = 0; i < k->ours->len; i++) {
        int d = abs(k->ours->data[i] - k->theirs[i]);
        most = d > most ? d : most;
        *sum += d;
    }
    return most;
}

static const struct {
    int width, height;
} sizes[] = {{1, 1},   {7, 8},   {8, 8},    {9, 8},    {8, 9},     {16, 16},
             {17, 15}, {31, 47}, {64, 640}, {640, 64}, {323, 241}, {640, 480}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* Where no colour is at half size, the same mean comes out: ±1 for the colour's rounding. */
static void test_whole_colour(void **state)
{
    struct kit *k = *state;
    static const int subsamplings[] = {TJSAMP_GRAY, TJSAMP_444};
    static const int qualities[] = {10, 50, 85, 100};
    for (unsigned i = 0; i < SIZES * 2 * 4 * 2; i++) {
        int width = sizes[i % SIZES].width, height = sizes[i % SIZES].height;
        int subsampling = subsamplings[i / SIZES % 2], quality = qualities[i / SIZES / 2 % 4];
        bool noise = i / SIZES / 8;
        int64_t sum;
        draw(k, width, height, noise);
        encode(k, width, height, subsampling, quality, 0);
        assert_int_equal(decode(k), 0);
        int most = compare(k, width, height, &sum);
        if (most > (subsampling == TJSAMP_GRAY ? 0 : 1))
            fail_msg("%dx%d, kind %d, quality %d, noise %d: %d", width, height, subsampling,
                     quality, noise, most);
    }
}

/* Where it is, libjpeg-turbo interpolates; over a slope that is nearly the same. */
static void test_half_colour(void **state)
{
    struct kit *k = *state;
    static const int subsamplings[] = {TJSAMP_420, TJSAMP_422, TJSAMP_440};
    for (unsigned i = 0; i < SIZES * 3; i++) {
        int width = sizes[i % SIZES].width, height = sizes[i % SIZES].height;
        int64_t sum;
        draw(k, width, height, false);
        encode(k, width, height, subsamplings[i / SIZES], 90, 0);
        assert_int_equal(decode(k), 0);
        compare(k, width, height, &sum);
        double mean = (double)sum / (double)k->ours->len;
        if (width >= 64 && height >= 64 && mean > 8)
            fail_msg("%dx%d, kind %d: %.1f", width, height, subsamplings[i / SIZES], mean);
    }
}

/* Restart markers after any number of MCUs; tables made for the picture. */
static void test_restarts_and_tables(void **state)
{
    struct kit *k = *state;
    static const char *const intervals[] = {"1B", "7B", "8B", "1", "3"};
    for (unsigned i = 0; i < 5 * 2 * 3; i++) {
        static const int subsamplings[] = {TJSAMP_GRAY, TJSAMP_444, TJSAMP_420};
        int64_t sum;
        setenv("TJ_RESTART", intervals[i % 5], 1);
        if (i / 5 % 2)
            setenv("TJ_OPTIMIZE", "1", 1);
        draw(k, 323, 241, true);
        encode(k, 323, 241, subsamplings[i / 10], 70, 0);
        unsetenv("TJ_RESTART");
        unsetenv("TJ_OPTIMIZE");
        assert_non_null(memmem(k->jpeg, k->len, "\xff\xdd\0\4", 4));
        assert_int_equal(decode(k), 0);
        int most = compare(k, 323, 241, &sum);
        assert_true(subsamplings[i / 10] == TJSAMP_420 || most <= 1);
    }
}

/* One decoder for cameras with other tables, sizes and kinds in turn. */
static void test_one_after_the_other(void **state)
{
    struct kit *k = *state;
    for (unsigned i = 0; i < 40; i++) {
        int width = sizes[i * 5 % SIZES].width, height = sizes[i * 5 % SIZES].height;
        int64_t sum;
        if (i % 3 == 0)
            setenv("TJ_OPTIMIZE", "1", 1);
        draw(k, width, height, i % 2);
        encode(k, width, height, i % 4 ? TJSAMP_444 : TJSAMP_GRAY, 30 + (int)i, 0);
        unsetenv("TJ_OPTIMIZE");
        assert_int_equal(decode(k), 0);
        assert_true(compare(k, width, height, &sum) <= 1);
    }
}

static void test_other_kinds(void **state)
{
    struct kit *k = *state;
    draw(k, 64, 64, true);
    encode(k, 64, 64, TJSAMP_444, 80, TJFLAG_PROGRESSIVE);
    assert_int_equal(decode(k), ERR_UNKNOWN);
    encode(k, 64, 64, TJSAMP_411, 80, 0);
    assert_int_equal(decode(k), ERR_UNKNOWN);
    encode(k, 64, 64, TJSAMP_444, 80, 0);
    uint8_t *sof = memmem(k->jpeg, k->len, "\xff\xc0", 2);
    sof[10] = 'R';
    sof[13] = 'G';
    sof[16] = 'B';
    assert_int_equal(decode(k), ERR_UNKNOWN);
}

/* Tables of an earlier picture are not taken for one that has none. */
static void test_tables_left_out(void **state)
{
    struct kit *k = *state;
    draw(k, 64, 64, true);
    encode(k, 64, 64, TJSAMP_444, 80, 0);
    uint8_t *dqt = memmem(k->jpeg, k->len, "\xff\xdb", 2);
    dqt[1] = 0xfe; /* a comment */
    dqt = memmem(k->jpeg, k->len, "\xff\xdb", 2);
    dqt[1] = 0xfe;
    assert_int_equal(decode(k), ERR_UNKNOWN);
}

/* Whatever is cut off is missed, but for the last marker. */
static void test_cut_off(void **state)
{
    struct kit *k = *state;
    draw(k, 47, 31, true);
    encode(k, 47, 31, TJSAMP_420, 60, 0);
    for (size_t len = 0; len + 3 < k->len; len++) {
        uint8_t *copy = test_malloc(len ? len : 1);
        memcpy(copy, k->jpeg, len);
        assert_true(mjpeg_eighth_decode(k->eighth, copy, len, k->ours) < 0);
        test_free(copy);
    }
}

/* No byte may lead outside of the bytes or the picture. */
static void test_damaged(void **state)
{
    struct kit *k = *state;
    draw(k, 47, 31, true);
    setenv("TJ_RESTART", "2B", 1);
    encode(k, 47, 31, TJSAMP_420, 60, 0);
    unsetenv("TJ_RESTART");
    int failed = 0;
    for (size_t i = 0; i < k->len * 4; i++) {
        static const uint8_t with[] = {0x00, 0xff, 0x55, 0x80};
        uint8_t *copy = test_malloc(k->len);
        memcpy(copy, k->jpeg, k->len);
        copy[i / 4] ^= with[i % 4];
        failed += mjpeg_eighth_decode(k->eighth, copy, k->len, k->ours) < 0;
        test_free(copy);
    }
    assert_true(failed > 100);
}

/* What is left before a restart marker was not read right. */
static void test_bytes_too_many(void **state)
{
    struct kit *k = *state;
    draw(k, 47, 31, true);
    setenv("TJ_RESTART", "2B", 1);
    encode(k, 47, 31, TJSAMP_420, 60, 0);
    unsetenv("TJ_RESTART");
    uint8_t *rst = memmem(k->jpeg, k->len, "\xff\xd0", 2);
    size_t before = (size_t)(rst - k->jpeg);
    uint8_t *more = test_malloc(k->len + 1);
    memcpy(more, k->jpeg, before);
    more[before] = 0x55;
    memcpy(more + before + 1, rst, k->len - before);
    assert_int_equal(mjpeg_eighth_decode(k->eighth, more, k->len + 1, k->ours), ERR_FORMAT);
    test_free(more);
}

static void test_no_room(void **state)
{
    struct kit *k = *state;
    draw(k, 640, 480, false);
    encode(k, 640, 480, TJSAMP_444, 80, 0);
    k->ours->cap /= 32;
    assert_true(k->ours->cap < 80 * 60 * COLOURS);
    assert_int_equal(decode(k), ERR_FORMAT);
    k->ours->cap *= 32;
    assert_int_equal(decode(k), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole_colour),
        TEST(test_half_colour),
        TEST(test_restarts_and_tables),
        TEST(test_one_after_the_other),
        TEST(test_other_kinds),
        TEST(test_tables_left_out),
        TEST(test_cut_off),
        TEST(test_damaged),
        TEST(test_bytes_too_many),
        TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
