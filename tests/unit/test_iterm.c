/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/mjpeg_dec.h"
#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "tui/iterm.h"
#include "unit/pixels.h"
#include "util/alloc.h"

static struct frame *jpeg_of_card(struct frame_pool *pool, unsigned width, unsigned height)
{
    struct testcard *card;
    struct mjpeg_enc *enc;
    struct frame *raw, *jpeg;
    assert_int_equal(testcard_new(width, height, "card", &card), 0);
    assert_int_equal(mjpeg_enc_new(&enc), 0);
    assert_int_equal(testcard_draw(card, 4711, 1, 1, pool, &raw), 0);
    assert_int_equal(mjpeg_enc_frame(enc, raw, 80, pool, &jpeg), 0);
    frame_unref(&raw);
    mjpeg_enc_free(enc);
    testcard_free(card);
    return jpeg;
}

/* The file within a sequence that says how large it is shown; the caller frees it. */
static uint8_t *file_of(const struct bytes *b, unsigned cols, unsigned rows, size_t *len)
{
    char head[200];
    const uint8_t *colon = memchr(b->at, ':', b->len);
    assert_non_null(colon);
    uint8_t *file = pixels_unbase64(colon + 1, b->len - 2 - (size_t)(colon - b->at), len);
    int n = snprintf(head, sizeof head,
                     "\033]1337;File=inline=1;size=%zu;width=%u;height=%u;preserveAspectRatio=0;"
                     "doNotMoveCursor=1:",
                     *len, cols, rows);
    assert_int_equal(n, colon + 1 - b->at);
    assert_memory_equal(b->at, head, n);
    assert_int_equal(b->at[b->len - 1], '\a');
    return file;
}

/* The terminal finds the camera's picture, down to the number in it. */
static void test_the_file_is_the_cameras(void **state)
{
    struct frame_pool *pool;
    struct mjpeg_dec *dec;
    struct frame *back;
    struct bytes b = {0};
    uint32_t card_number;
    uint64_t capture_us;
    size_t len;
    assert_int_equal(frame_pool_new(2, &pool), 0);
    assert_int_equal(mjpeg_dec_new(&dec), 0);
    struct frame *jpeg = jpeg_of_card(pool, 320, 240);
    assert_int_equal(iterm_image(&b, jpeg->data, jpeg->len, 40, 12), 0);
    uint8_t *file = file_of(&b, 40, 12, &len);
    assert_int_equal(len, jpeg->len);
    assert_memory_equal(file, jpeg->data, len);
    assert_int_equal(mjpeg_dec_frame(dec, file, len, FRAME_I420, 1, pool, &back), 0);
    assert_int_equal(testcard_read(back->data, 320, 240, 320, &card_number, &capture_us), 0);
    assert_int_equal(card_number, 4711);
    free(file);
    frame_unref(&back);
    frame_unref(&jpeg);
    mjpeg_dec_free(dec);
    frame_pool_free(pool);
    bytes_fini(&b);
}

static void test_files_of_any_length(void **state)
{
    static const size_t lens[] = {1, 2, 3, 4095, 4096, 4097, 3000000};
    uint8_t *all = malloc(3000000);
    assert_non_null(all);
    for (size_t i = 0; i < 3000000; i++) {
        all[i] = (uint8_t)(i * 31 >> 3);
    }
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct bytes b = {0};
        size_t len;
        assert_int_equal(iterm_image(&b, all, lens[i], 1, 65535), 0);
        uint8_t *file = file_of(&b, 1, 65535, &len);
        assert_int_equal(len, lens[i]);
        assert_memory_equal(file, all, len);
        free(file);
        bytes_fini(&b);
    }
    free(all);
}

static void test_what_is_no_picture_is_refused(void **state)
{
    struct bytes b = {0};
    const uint8_t byte = 0;
    assert_int_equal(iterm_image(&b, &byte, 0, 1, 1), -EINVAL);
    assert_int_equal(iterm_image(&b, &byte, 1, 0, 1), -EINVAL);
    assert_int_equal(iterm_image(&b, &byte, 1, 1, 0), -EINVAL);
    assert_int_equal(b.len, 0);
}

static void test_lack_of_memory_is_kept(void **state)
{
    static const uint8_t zeros[5000];
    for (unsigned n = 1; n <= 2; n++) {
        struct bytes b = {0};
        mem_fail_at(n);
        assert_int_equal(iterm_image(&b, zeros, sizeof zeros, 1, 1), -ENOMEM);
        mem_fail_at(0);
        assert_true(b.failed);
        bytes_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_is_the_cameras),
        cmocka_unit_test(test_files_of_any_length),
        cmocka_unit_test(test_what_is_no_picture_is_refused),
        cmocka_unit_test(test_lack_of_memory_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
