/* SPDX-License-Identifier: MIT */
/* Encoder and decoder against each other, and the decoder against JPEGs that others make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "media/mjpeg_probe.h"
#include "unit/mjpeg_rig.h"
#include "util/err.h"

static unsigned largest_difference(const struct frame *a, const struct frame *b)
{
    unsigned largest = 0;
    assert_int_equal(a->len, b->len);
    for (size_t i = 0; i < a->len; i++) {
        unsigned d = (unsigned)abs(a->data[i] - b->data[i]);
        largest = d > largest ? d : largest;
    }
    return largest;
}

static const struct {
    unsigned width, height;
} sizes[] = {{16, 16}, {64, 48}, {1, 1}, {2, 3}, {17, 33}, {63, 48}, {64, 47}, {641, 3}, {8, 200}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void test_round_trip(void **state)
{
    struct kit *k = *state;
    for (size_t i = 0; i < SIZES; i++) {
        struct frame *raw = slope(k, sizes[i].width, sizes[i].height), *jpeg, *back;
        raw->number = 77;
        raw->capture_us = 123;
        raw->wall_us = -5;
        raw->discontinuity = true;
        assert_int_equal(mjpeg_enc_frame(k->enc, raw, 95, k->pool, &jpeg), 0);
        assert_int_equal(jpeg->format, FRAME_JPEG);
        assert_true(frame_alone(jpeg));
        assert_int_equal(jpeg->width, sizes[i].width);
        assert_int_equal(jpeg->height, sizes[i].height);
        assert_int_equal(jpeg->number, 77);
        assert_int_equal(jpeg->capture_us, 123);
        assert_int_equal(jpeg->wall_us, -5);
        assert_true(jpeg->discontinuity);

        struct mjpeg_info info;
        assert_int_equal(mjpeg_probe_whole(jpeg->data, jpeg->len, &info), 0);
        assert_int_equal(info.end, jpeg->len);
        assert_true(info.baseline && info.has_huffman);

        assert_int_equal(
            mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_I420, 1, k->pool, &back), 0);
        if (largest_difference(raw, back) > 6)
            fail_msg("%ux%u differs by %u", sizes[i].width, sizes[i].height,
                     largest_difference(raw, back));
        assert_int_equal(back->number, 0);
        frame_unref(&back);
        frame_unref(&jpeg);
        frame_unref(&raw);
    }
}

/* At a fraction of the size, a slope is the same slope. */
static void test_scaled(void **state)
{
    struct kit *k = *state;
    static const enum frame_format formats[] = {FRAME_I420, FRAME_RGBA};
    for (size_t i = 0; i < SIZES * 2; i++) {
        struct frame *raw = slope(k, sizes[i / 2].width, sizes[i / 2].height), *jpeg, *back;
        assert_int_equal(mjpeg_enc_frame(k->enc, raw, 95, k->pool, &jpeg), 0);
        for (unsigned scale = 1; scale <= 8; scale *= 2) {
            assert_int_equal(mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, formats[i % 2], scale,
                                             k->pool, &back),
                             0);
            unsigned width = (raw->width + scale - 1) / scale;
            unsigned height = (raw->height + scale - 1) / scale;
            assert_int_equal(back->format, formats[i % 2]);
            assert_int_equal(back->width, width);
            assert_int_equal(back->height, height);
            if (formats[i % 2] == FRAME_I420) {
                struct frame *expected = slope(k, width, height);
                if (raw->width >= 48 && raw->height >= 47) /* not too steep */
                    assert_true(largest_difference(expected, back) <= 22);
                frame_unref(&expected);
            } else {
                assert_int_equal(back->len, (size_t)width * height * 4);
                assert_int_equal(back->data[back->len - 1], 255); /* opaque */
            }
            frame_unref(&back);
        }
        frame_unref(&jpeg);
        frame_unref(&raw);
    }
}

/* What cameras send: every subsampling of a picture that is grey left and red right. */
static void test_subsamplings(void **state)
{
    struct kit *k = *state;
    static const int kinds[] = {TJSAMP_444,  TJSAMP_422, TJSAMP_420,
                                TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
    enum { W = 62, H = 37 };
    static uint8_t rgb[W * H * 3];
    for (size_t i = 0; i < W * H; i++) {
        bool red = i % W >= W / 2;
        rgb[3 * i] = red ? 255 : 128;
        rgb[3 * i + 1] = rgb[3 * i + 2] = red ? 0 : 128;
    }
    tjhandle tj = tjInitCompress();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        unsigned char *jpeg = NULL;
        unsigned long len = 0;
        struct frame *f;
        uint8_t *plane[3];
        int stride[3];
        assert_int_equal(tjCompress2(tj, rgb, W, 0, H, TJPF_RGB, &jpeg, &len, kinds[i], 95, 0), 0);
        assert_int_equal(mjpeg_dec_frame(k->dec, jpeg, len, FRAME_I420, 1, k->pool, &f), 0);
        frame_i420_planes(f, plane, stride);
        bool grey = kinds[i] == TJSAMP_GRAY;
        const uint8_t *last = plane[2] + (size_t)stride[2] * ((H + 1) / 2) - 1;
        assert_in_range(plane[0][0], 124, 132);
        assert_in_range(plane[0][(size_t)W * H - 1], 72, 80);
        assert_in_range(plane[1][0], 124, 132);
        assert_in_range(plane[2][0], 124, 132);
        assert_in_range(*last, grey ? 128 : 250, grey ? 128 : 255);
        assert_in_range(plane[2][(size_t)stride[2] * 9 + W / 2 - 2], grey ? 128 : 250, 255);
        frame_unref(&f);
        assert_int_equal(mjpeg_dec_frame(k->dec, jpeg, len, FRAME_RGBA, 1, k->pool, &f), 0);
        assert_in_range(f->data[0], 122, 134);
        assert_in_range(f->data[f->len - 4], grey ? 70 : 245, grey ? 82 : 255);
        frame_unref(&f);
        tjFree(jpeg);
    }
    tjDestroy(tj);
}

/* Progressive pictures of many passes come from files and web servers. */
static void test_progressive(void **state)
{
    struct kit *k = *state;
    struct frame *raw = slope(k, 64, 48), *f;
    unsigned char *jpeg = NULL;
    unsigned long len = 0;
    tjhandle tj = tjInitCompress();
    assert_int_equal(tjCompressFromYUV(tj, raw->data, 64, 1, 48, TJSAMP_420, &jpeg, &len, 90,
                                       TJFLAG_PROGRESSIVE),
                     0);
    struct mjpeg_info info;
    assert_int_equal(mjpeg_probe_whole(jpeg, len, &info), 0);
    assert_false(info.baseline);
    assert_int_equal(info.end, len);
    assert_int_equal(mjpeg_dec_frame(k->dec, jpeg, len, FRAME_I420, 1, k->pool, &f), 0);
    assert_true(largest_difference(raw, f) <= 6);
    frame_unref(&f);
    frame_unref(&raw);
    tjFree(jpeg);
    tjDestroy(tj);
}

/* A JPEG without its tables, and with the standard ones put in, is the picture it was. */
static void test_standard_tables(void **state)
{
    struct kit *k = *state;
    struct frame *raw = card(k, 160, 120, 5), *jpeg, *with, *without;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 85, k->pool, &jpeg), 0);

    /* libjpeg's encoder writes the standard tables, one a segment: take them out … */
    uint8_t *bare = malloc(jpeg->len);
    assert_non_null(bare);
    memcpy(bare, jpeg->data, 2);
    size_t bare_len = 2, at = 2, taken = 0;
    struct mjpeg_info info;
    assert_int_equal(mjpeg_probe(jpeg->data, jpeg->len, &info), 0);
    uint8_t tables[1024];
    while (at < info.sos) {
        size_t size = 2 + ((size_t)jpeg->data[at + 2] << 8 | jpeg->data[at + 3]);
        if (jpeg->data[at + 1] == 0xc4) {
            memcpy(tables + taken, jpeg->data + at + 4, size - 4);
            taken += size - 4;
        } else {
            memcpy(bare + bare_len, jpeg->data + at, size);
            bare_len += size;
        }
        at += size;
    }
    memcpy(bare + bare_len, jpeg->data + at, jpeg->len - at);
    bare_len += jpeg->len - at;
    assert_int_equal(mjpeg_probe(bare, bare_len, &info), 0);
    assert_false(info.has_huffman);

    /* … which must be ours, to the byte, … */
    size_t dht_len;
    const uint8_t *dht = mjpeg_standard_dht(&dht_len);
    assert_int_equal(taken, dht_len - 4);
    assert_memory_equal(tables, dht + 4, taken);

    /* … and put ours in. */
    uint8_t *whole = malloc(bare_len + dht_len);
    assert_non_null(whole);
    memcpy(whole, bare, info.sos);
    memcpy(whole + info.sos, dht, dht_len);
    memcpy(whole + info.sos + dht_len, bare + info.sos, bare_len - info.sos);
    assert_int_equal(mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_RGBA, 1, k->pool, &with),
                     0);
    assert_int_equal(
        mjpeg_dec_frame(k->dec, whole, bare_len + dht_len, FRAME_RGBA, 1, k->pool, &without), 0);
    assert_int_equal(largest_difference(with, without), 0);
    frame_unref(&with);
    frame_unref(&without);
    frame_unref(&jpeg);
    frame_unref(&raw);
    free(bare);
    free(whole);
}

static size_t size_at(struct kit *k, const struct frame *raw, int quality)
{
    struct frame *jpeg;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, quality, k->pool, &jpeg), 0);
    size_t len = jpeg->len;
    frame_unref(&jpeg);
    return len;
}

/* From any hint, the answer is the highest quality that fits. */
static void test_fit(void **state)
{
    struct kit *k = *state;
    struct frame *raw = card(k, 320, 240, 1), *jpeg;
    static const int expected[] = {1, 2, 10, 49, 50, 84, 85};
    static const int hints[] = {0, 1, 2, 30, 50, 84, 85, 86, -3, 1000};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        for (size_t j = 0; j < sizeof hints / sizeof hints[0]; j++) {
            size_t most = size_at(k, raw, expected[i]);
            int now = hints[j];
            assert_int_equal(mjpeg_enc_fit(k->enc, raw, 85, most, &now, k->pool, &jpeg), 0);
            assert_int_equal(now, expected[i]);
            assert_int_equal(jpeg->len, most);
            frame_unref(&jpeg);
        }
    int now = 85;
    assert_int_equal(mjpeg_enc_fit(k->enc, raw, 85, size_at(k, raw, 1) - 1, &now, k->pool, &jpeg),
                     ERR_LIMIT);
    assert_int_equal(now, 1);
    assert_null(jpeg);
    assert_int_equal(mjpeg_enc_fit(k->enc, raw, 85, 1000000, &now, k->pool, &jpeg), 0);
    assert_int_equal(now, 85);
    frame_unref(&jpeg);
    frame_unref(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scaled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_subsamplings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progressive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_standard_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
