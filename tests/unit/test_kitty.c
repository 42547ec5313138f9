/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/kitty.h"
#include "tui/pngenc.h"
#include "unit/pixels.h"
#include "util/alloc.h"

enum { SEQUENCE = 768 }; /* bytes of a file in one */

struct rig {
    struct kitty *kitty;
    struct frame_pool *pool;
    struct bytes bytes;
    unsigned seed;
};

static unsigned roll(struct rig *r)
{
    r->seed = r->seed * 1103515245u + 12345u;
    return r->seed >> 16;
}

static int start(void **state)
{
    static struct rig r;
    r = (struct rig){.seed = 3};
    *state = &r;
    assert_int_equal(frame_pool_new(2, &r.pool), 0);
    return kitty_new(&r.kitty);
}

static int stop(void **state)
{
    struct rig *r = *state;
    kitty_free(r->kitty);
    bytes_fini(&r->bytes);
    frame_pool_free(r->pool);
    return 0;
}

/* Noise does not compress, a ramp does; alpha is anything. */
static struct frame *picture(struct rig *r, unsigned width, unsigned height, bool noisy)
{
    struct frame *f;
    assert_int_equal(frame_new(r->pool, (size_t)width * height * 4, &f), 0);
    f->format = FRAME_RGBA;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    f->len = (size_t)width * height * 4;
    for (size_t i = 0; i < f->len; i++) {
        f->data[i] = (uint8_t)(noisy || i % 4 == 3 ? roll(r) : i / 4 % width + i % 4 * 60);
    }
    return f;
}

static void assert_near(const struct pixels *p, const struct frame *f)
{
    assert_int_equal(p->width, f->width);
    assert_int_equal(p->height, f->height);
    for (size_t i = 0; i < (size_t)f->width * f->height * 3; i++) {
        int got = p->at[i / 3] >> (16 - i % 3 * 8) & 0xff, want = f->data[i / 3 * 4 + i % 3];
        if (abs(got - want) > PNGENC_ERROR) {
            fail_msg("%d instead of %d in pixel %zu", got, want, i / 3);
        }
    }
}

/* Odd sizes, and a screen's. */
static void test_pictures_come_back(void **state)
{
    static const struct {
        unsigned width, height, cols, rows, id;
        bool noisy;
    } cases[] = {
        {1, 1, 1, 1, 1, false},        {7, 5, 2, 1, 4294967295u, true}, {1024, 1, 128, 1, 7, true},
        {1, 1024, 1, 64, 8, true},     {33, 31, 5, 2, 9, true},         {65535, 2, 9, 9, 9, true},
        {640, 384, 80, 24, 10, false}, {640, 384, 80, 24, 11, true},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pixels_kitty k;
        struct frame *f = picture(r, cases[i].width, cases[i].height, cases[i].noisy);
        bytes_clear(&r->bytes);
        assert_int_equal(
            kitty_image(r->kitty, &r->bytes, f, cases[i].id, cases[i].cols, cases[i].rows), 0);
        assert_int_equal(pixels_read_kitty(r->bytes.at, r->bytes.len, &k), r->bytes.len);
        assert_int_equal(k.action, 'T');
        assert_int_equal(k.id, cases[i].id);
        assert_int_equal(k.cols, cases[i].cols);
        assert_int_equal(k.rows, cases[i].rows);
        assert_int_equal(k.quiet, 2);
        assert_true(k.still);
        assert_near(&k.pixels, f);
        pixels_free(&k.pixels);
        frame_unref(&f);
    }
}

/* Pictures of noise whose files come to just so many bytes, to one less and to one more. */
static void files_about(struct rig *r, size_t bytes)
{
    unsigned width = (unsigned)bytes * 2 / 5, seen = 0;
    for (unsigned n = 0; seen != 7; n++) {
        struct pixels_kitty k;
        struct frame *f = picture(r, width, 1, true);
        bytes_clear(&r->bytes);
        assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 1, 1), 0);
        assert_int_equal(pixels_read_kitty(r->bytes.at, r->bytes.len, &k), r->bytes.len);
        assert_int_equal(k.sequences, (k.payload + SEQUENCE - 1) / SEQUENCE);
        assert_near(&k.pixels, f);
        for (unsigned i = 0; i < 3; i++) {
            seen |= (unsigned)(k.payload + 1 == bytes + i) << i;
        }
        width = k.payload < bytes ? width + 1 : width - 1;
        pixels_free(&k.pixels);
        frame_unref(&f);
        assert_true(n < 5000);
    }
}

static void test_files_that_just_fill_sequences(void **state)
{
    files_about(*state, SEQUENCE);
    files_about(*state, 2 * SEQUENCE);
}

static void test_flat_pictures_are_small(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 640, 384, false);
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 80, 24), 0);
    assert_in_range(r->bytes.len, 100, 640 * 384 * 3 / 100);
    frame_unref(&f);
}

/* A picture says nothing of the ones before it: the terminal has no memory of them. */
static void test_the_same_picture_is_the_same_bytes(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 100, 50, true), *other = picture(r, 300, 20, true);
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 5, 10, 3), 0);
    size_t one = r->bytes.len;
    assert_int_equal(kitty_image(r->kitty, &r->bytes, other, 6, 10, 3), 0);
    size_t two = r->bytes.len;
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 5, 10, 3), 0);
    assert_int_equal(r->bytes.len, two + one);
    assert_memory_equal(r->bytes.at, r->bytes.at + two, one);
    frame_unref(&other);
    frame_unref(&f);
}

static void test_short_commands(void **state)
{
    struct rig *r = *state;
    struct pixels_kitty k;
    kitty_delete(&r->bytes, 4294967295u);
    assert_int_equal(pixels_read_kitty(r->bytes.at, r->bytes.len, &k), r->bytes.len);
    assert_int_equal(k.action, 'd');
    assert_int_equal(k.what, 'I'); /* the pixels too, not only what is shown */
    assert_int_equal(k.id, 4294967295u);
    assert_int_equal(k.quiet, 2);

    bytes_clear(&r->bytes);
    kitty_query(&r->bytes, 31);
    assert_int_equal(pixels_read_kitty(r->bytes.at, r->bytes.len, &k), r->bytes.len);
    assert_int_equal(k.action, 'q');
    assert_int_equal(k.id, 31);
    assert_int_equal(k.quiet, 0);
    assert_int_equal(k.pixels.width * k.pixels.height, 1);
    pixels_free(&k.pixels);

    const char *all = KITTY_DELETE_ALL;
    assert_int_equal(pixels_read_kitty((const uint8_t *)all, strlen(all), &k), strlen(all));
    assert_int_equal(k.action, 'd');
    assert_int_equal(k.what, 'A');
    assert_int_equal(k.quiet, 2);
}

static void test_what_is_no_picture_is_refused(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 4, 4, true);
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 0, 1, 1), -EINVAL);
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 0, 1), -EINVAL);
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 1, 0), -EINVAL);
    f->height = 0;
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 1, 1), -EINVAL);
    f->height = 4;
    f->format = FRAME_JPEG;
    assert_int_equal(kitty_image(r->kitty, &r->bytes, f, 1, 1, 1), -EINVAL);
    assert_int_equal(r->bytes.len, 0);
    frame_unref(&f);
}

/* Each allocation in turn fails: it is told and kept, and the next picture is whole again. */
static void test_lack_of_memory_is_told(void **state)
{
    struct rig *r = *state;
    struct frame *f = picture(r, 2000, 10, true);
    unsigned failures = 0;
    for (int err = -ENOMEM; err; failures++) {
        struct kitty *k = NULL;
        struct bytes b = {0};
        mem_fail_at(failures + 1);
        err = kitty_new(&k);
        err = err ? err : kitty_image(k, &b, f, 1, 1, 1);
        mem_fail_at(0);
        assert_true(err == 0 || err == -ENOMEM);
        if (k && err) {
            assert_true(b.failed);
            assert_int_equal(kitty_image(k, &b, f, 1, 1, 1), -ENOMEM);
            bytes_fini(&b);
            assert_int_equal(kitty_image(k, &b, f, 1, 1, 1), 0);
        }
        kitty_free(k);
        bytes_fini(&b);
    }
    assert_in_range(failures, 4, 40);
    frame_unref(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pictures_come_back, start, stop),
        cmocka_unit_test_setup_teardown(test_files_that_just_fill_sequences, start, stop),
        cmocka_unit_test_setup_teardown(test_flat_pictures_are_small, start, stop),
        cmocka_unit_test_setup_teardown(test_the_same_picture_is_the_same_bytes, start, stop),
        cmocka_unit_test_setup_teardown(test_short_commands, start, stop),
        cmocka_unit_test_setup_teardown(test_what_is_no_picture_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_lack_of_memory_is_told, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
