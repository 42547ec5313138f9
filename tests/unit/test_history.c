/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/history.h"

struct fixture {
    struct history history;
    struct frame_pool *pool;
};

static int setup(void **state)
{
    static struct fixture x;
    *state = &x;
    return history_init(&x.history, 10000) ? -1 : frame_pool_new(2, &x.pool);
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    history_fini(&x->history);
    size_t live = frame_pool_live(x->pool);
    frame_pool_free(x->pool);
    return (int)live;
}

static void add(struct fixture *x, unsigned tier, uint32_t number, uint64_t ms, size_t bytes)
{
    struct frame *f;
    assert_int_equal(frame_new(x->pool, bytes, &f), 0);
    f->len = bytes;
    f->tier = (uint8_t)tier;
    f->number = number;
    f->capture_us = ms * 1000;
    history_add(&x->history, f);
    frame_unref(&f);
}

static bool has(struct fixture *x, unsigned tier, uint32_t number)
{
    struct frame *f = history_get(&x->history, tier, number);
    bool there = f && f->number == number && f->tier == tier;
    frame_unref(&f);
    return there;
}

static void frames_are_found_by_tier_and_number(void **state)
{
    struct fixture *x = *state;
    add(x, 0, 10, 0, 1);
    add(x, 1, 11, 40, 1);
    add(x, 0, 13, 120, 1); /* nobody watched full size in between */
    assert_true(has(x, 0, 10));
    assert_true(has(x, 0, 13));
    assert_true(has(x, 1, 11));
    assert_false(has(x, 0, 11));
    assert_false(has(x, 1, 10));
    assert_false(has(x, 0, 9));
    assert_false(has(x, 0, 14));
    assert_false(has(x, PROTO_TIERS, 10));
}

static void age_ends_at_the_limit(void **state)
{
    struct fixture *x = *state;
    add(x, 0, 1, 1000, 1);
    add(x, 0, 2, 11000, 1);
    assert_true(has(x, 0, 1)); /* just ten seconds old */
    add(x, 0, 3, 11001, 1);
    assert_false(has(x, 0, 1));
    assert_true(has(x, 0, 2));
    add(x, 2, 1, 1000, 1); /* small tiers are kept for repair only */
    add(x, 2, 2, 1000 + HISTORY_REPAIR_MS, 1);
    assert_true(has(x, 2, 1));
    add(x, 2, 3, 1001 + HISTORY_REPAIR_MS, 1);
    assert_false(has(x, 2, 1));
}

static void bytes_end_at_the_limit(void **state)
{
    enum { BIG = 4 * 1024 * 1024, FIT = HISTORY_SMALL_BYTES / BIG };
    struct fixture *x = *state;
    for (uint32_t i = 0; i < FIT; i++)
        add(x, 1, i, i, BIG);
    assert_true(has(x, 1, 0));
    add(x, 1, FIT, FIT, 1);
    assert_false(has(x, 1, 0));
    assert_true(has(x, 1, 1));
}

static void slots_end_at_the_limit(void **state)
{
    struct fixture *x = *state;
    for (uint32_t i = 0; i <= HISTORY_SLOTS; i++)
        add(x, 0, i, 0, 1);
    assert_false(has(x, 0, 0));
    assert_true(has(x, 0, 1));
    assert_true(has(x, 0, HISTORY_SLOTS));
}

static void ranges(void **state)
{
    static const struct {
        uint32_t from, to;
        unsigned cap, n;
        uint32_t first;
    } rows[] = {
        {5, 8, 99, 4, 5}, {0, 6, 99, 2, 5}, {8, 99, 99, 2, 8},  {5, 5, 99, 1, 5},
        {5, 9, 2, 2, 5},  {1, 4, 99, 0, 0}, {10, 12, 99, 0, 0}, {8, 5, 99, 0, 0},
    };
    struct fixture *x = *state;
    for (uint32_t i = 5; i < 10; i++)
        add(x, 0, i, 0, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct frame *out[16] = {0};
        unsigned n = history_range(&x->history, rows[i].from, rows[i].to, out, rows[i].cap);
        assert_int_equal(n, rows[i].n);
        for (unsigned k = 0; k < n; k++) {
            assert_int_equal(out[k]->number, rows[i].first + k);
            frame_unref(&out[k]);
        }
    }
}

static void numbers_wrap(void **state)
{
    struct fixture *x = *state;
    struct frame *out[8] = {0};
    for (uint32_t i = UINT32_MAX - 1; i != 2; i++)
        add(x, 0, i, 0, 1);
    assert_true(has(x, 0, UINT32_MAX));
    assert_true(has(x, 0, 0));
    unsigned n = history_range(&x->history, UINT32_MAX, 0, out, 8);
    assert_int_equal(n, 2);
    frame_unref(&out[0]);
    frame_unref(&out[1]);
}

static void clearing_gives_all_back(void **state)
{
    struct fixture *x = *state;
    add(x, 0, 1, 0, 1);
    add(x, 3, 1, 0, 1);
    history_clear(&x->history);
    assert_int_equal(frame_pool_live(x->pool), 0);
    assert_false(has(x, 0, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_are_found_by_tier_and_number, setup, teardown),
        cmocka_unit_test_setup_teardown(age_ends_at_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_end_at_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(slots_end_at_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(ranges, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_wrap, setup, teardown),
        cmocka_unit_test_setup_teardown(clearing_gives_all_back, setup, teardown),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
