/* SPDX-License-Identifier: MIT */
/* What encoder and decoder refuse, and how they get by without memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/mjpeg_rig.h"
#include "util/alloc.h"
#include "util/err.h"

static void test_damage_is_an_error(void **state)
{
    struct kit *k = *state;
    struct frame *raw = card(k, 160, 120, 1), *jpeg, *f = NULL;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 85, k->pool, &jpeg), 0);
    for (size_t len = 0; len < jpeg->len - 2; len += len < 700 ? 1 : 97) {
        uint8_t *piece = malloc(len ? len : 1);
        assert_non_null(piece);
        memcpy(piece, jpeg->data, len);
        if (mjpeg_dec_frame(k->dec, piece, len, FRAME_I420, 1, k->pool, &f) != ERR_FORMAT)
            fail_msg("the first %zu bytes are taken for a picture", len);
        free(piece);
    }
    assert_null(f);
    size_t middle = jpeg->len / 2;
    memset(jpeg->data + middle, 0xff, 40);
    memset(jpeg->data + middle + 1, 0xc0, 1);
    assert_int_equal(mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_RGBA, 1, k->pool, &f),
                     ERR_FORMAT);
    frame_unref(&jpeg);
    frame_unref(&raw);
}

/* Puts a size into the header of a whole JPEG. */
static void claim(uint8_t *jpeg, size_t len, unsigned width, unsigned height)
{
    for (size_t i = 0; i + 8 < len; i++)
        if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0) {
            const uint8_t size[] = {(uint8_t)(height >> 8), (uint8_t)height, (uint8_t)(width >> 8),
                                    (uint8_t)width};
            memcpy(jpeg + i + 5, size, sizeof size);
            return;
        }
    fail_msg("no SOF0");
}

static void test_claims_are_refused_before_allocating(void **state)
{
    struct kit *k = *state;
    struct frame *raw = slope(k, 16, 16), *jpeg, *f = NULL;
    static const struct {
        unsigned width, height;
        int expected;
    } claims[] = {
        {16385, 16, ERR_LIMIT},  {16, 16385, ERR_LIMIT},   {65535, 65535, ERR_LIMIT},
        {8001, 8000, ERR_LIMIT}, {16384, 3907, ERR_LIMIT}, {0, 16, ERR_FORMAT},
    };
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 85, k->pool, &jpeg), 0);
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        claim(jpeg->data, jpeg->len, claims[i].width, claims[i].height);
        mem_fail_at(1); /* would be -ENOMEM */
        assert_int_equal(mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_I420, 8, k->pool, &f),
                         claims[i].expected);
        mem_fail_at(0);
    }
    frame_unref(&jpeg);
    frame_unref(&raw);
}

static void test_wrong_arguments(void **state)
{
    struct kit *k = *state;
    struct frame *raw = slope(k, 16, 16), *jpeg, *f;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 0, k->pool, &f), -EINVAL);
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 101, k->pool, &f), -EINVAL);
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 100, k->pool, &jpeg), 0);
    assert_int_equal(mjpeg_enc_frame(k->enc, jpeg, 50, k->pool, &f), -EINVAL);
    static const unsigned scales[] = {0, 3, 16};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_I420, scales[i], k->pool, &f),
            -EINVAL);
    assert_int_equal(mjpeg_dec_frame(k->dec, jpeg->data, jpeg->len, FRAME_JPEG, 1, k->pool, &f),
                     -EINVAL);
    raw->len--;
    assert_int_equal(mjpeg_enc_frame(k->enc, raw, 50, k->pool, &f), -EINVAL);
    frame_unref(&jpeg);
    frame_unref(&raw);
}

static void test_out_of_memory(void **state)
{
    struct kit *k = *state;
    struct frame *raw = slope(k, 33, 33), *jpeg, *f;
    struct mjpeg_enc *enc;
    struct mjpeg_dec *dec;
    mem_fail_at(1);
    assert_int_equal(mjpeg_enc_new(&enc), -ENOMEM);
    mem_fail_at(1);
    assert_int_equal(mjpeg_dec_new(&dec), -ENOMEM);
    assert_int_equal(mjpeg_enc_new(&enc), 0);
    assert_int_equal(mjpeg_dec_new(&dec), 0);
    unsigned failed = 0;
    for (unsigned n = 1; n < 10; n++) {
        mem_fail_at(n);
        int r = mjpeg_enc_frame(enc, raw, 85, k->pool, &jpeg);
        if (r == 0)
            r = mjpeg_dec_frame(dec, jpeg->data, jpeg->len, FRAME_I420, 1, k->pool, &f);
        else
            jpeg = NULL;
        if (r == 0)
            frame_unref(&f);
        else
            assert_int_equal(r, -ENOMEM);
        failed += r < 0;
        frame_unref(&jpeg);
    }
    mem_fail_at(0);
    assert_true(failed >= 4);
    mjpeg_enc_free(enc);
    mjpeg_dec_free(dec);
    mjpeg_enc_free(NULL);
    mjpeg_dec_free(NULL);
    frame_unref(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_damage_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claims_are_refused_before_allocating, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_out_of_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
