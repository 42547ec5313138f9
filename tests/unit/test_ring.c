/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "record/ring.h"

static struct frame_pool *pool;

static void push(struct ring *r, uint32_t number, uint64_t capture_us, size_t len, bool anew)
{
    struct frame *f;
    assert_int_equal(frame_new(pool, len, &f), 0);
    f->len = len;
    f->number = number;
    f->capture_us = capture_us;
    f->discontinuity = anew;
    ring_push(r, f);
    frame_unref(&f);
}

struct poured {
    uint32_t first, next;
    unsigned n;
};

static void on_frame(void *ctx, struct frame *f)
{
    struct poured *p = ctx;
    if (p->n == 0)
        p->first = p->next = f->number;
    assert_int_equal(f->number, p->next++);
    p->n++;
}

static struct poured pour(struct ring *r)
{
    struct poured p = {0};
    ring_pour(r, on_frame, &p);
    return p;
}

static void it_keeps_the_last_seconds(void **state)
{
    struct ring *r;
    assert_int_equal(ring_new(5000000, 1 << 20, &r), 0);
    for (uint32_t k = 0; k < 500; k++)
        push(r, k, 1000 + k * 40000, 10, false);
    struct poured p = pour(r);
    assert_int_equal(p.n, 126); /* 5 s before the last frame, and that */
    assert_int_equal(p.first, 499 - 125);
    assert_int_equal(pour(r).n, 0);
    push(r, 600, 1000 + 600 * 40000, 10, false);
    assert_int_equal(pour(r).first, 600);
    ring_free(r);
    assert_int_equal(frame_pool_live(pool), 0);
}

static void it_is_bounded(void **state)
{
    struct ring *r;
    assert_int_equal(ring_new(UINT64_C(1) << 60, 1000, &r), 0);
    for (uint32_t k = 0; k < 50; k++)
        push(r, k, k, 100, false);
    assert_int_equal(frame_pool_live(pool), 10);
    push(r, 50, 50, 1000, false);
    assert_int_equal(frame_pool_live(pool), 1);
    push(r, 51, 51, 1001, false); /* alone it is too large, and breaks the row */
    assert_int_equal(pour(r).n, 0);
    ring_free(r);
    assert_int_equal(ring_new(UINT64_C(1) << 60, 1 << 30, &r), 0);
    for (uint32_t k = 0; k < RING_FRAMES + 10; k++)
        push(r, k, k, 1, false);
    struct poured p = pour(r);
    assert_int_equal(p.n, RING_FRAMES);
    assert_int_equal(p.first, 10);
    ring_free(r);
}

static void a_stream_begun_anew_empties_it(void **state)
{
    struct ring *r;
    assert_int_equal(ring_new(5000000, 1000, &r), 0);
    push(r, 1, 100, 10, false);
    push(r, 2, 200, 10, false);
    push(r, 9, 300, 10, true);
    struct poured p = pour(r);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.first, 9);
    push(r, 10, 400, 10, false);
    push(r, 11, 399, 10, false);
    assert_int_equal(pour(r).first, 11);
    push(r, 12, 500, 10, false);
    ring_free(r);
    assert_int_equal(frame_pool_live(pool), 0);
}

static int set_up(void **state)
{
    return frame_pool_new(4, &pool);
}

static int tear_down(void **state)
{
    frame_pool_free(pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_the_last_seconds),
        cmocka_unit_test(it_is_bounded),
        cmocka_unit_test(a_stream_begun_anew_empties_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
