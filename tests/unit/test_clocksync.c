/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/clocksync.h"

static struct clocksync c;

static int setup(void **state)
{
    clocksync_init(&c);
    return 0;
}

/* One exchange: the peer's clock is ahead by offset, the way there and back take so long, and the
 * peer holds the question for a while. */
static void exchange(uint64_t at, int64_t offset, uint64_t there, uint64_t held, uint64_t back)
{
    uint64_t t1 = at + there + (uint64_t)offset;
    clocksync_sample(&c, at, t1, t1 + held, at + there + held + back);
}

static void test_offset(void **state)
{
    static const struct {
        int64_t offset;
        uint64_t there, held, back;
        int64_t want;
    } cases[] = {
        {0, 100, 0, 100, 0},
        {5000, 100, 700, 100, 5000},
        {-5000, 100, 700, 100, -5000},
        {5000, 300, 0, 100, 5100}, /* wrong by half the asymmetry */
        {INT64_C(1) << 60, 10, 10, 10, INT64_C(1) << 60},
        {-(INT64_C(1) << 60), 10, 10, 10, -(INT64_C(1) << 60)},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        clocksync_init(&c);
        assert_false(clocksync_known(&c));
        exchange(1000000, cases[i].offset, cases[i].there, cases[i].held, cases[i].back);
        assert_true(clocksync_known(&c));
        assert_true(c.offset_us == cases[i].want);
        assert_int_equal(c.rtt_us, cases[i].there + cases[i].back);
        assert_int_equal(clocksync_ours(&c, 2000000 + (uint64_t)c.offset_us), 2000000);
    }
}

static void test_least_round_trip_decides(void **state)
{
    exchange(1000, 500, 100, 0, 900);
    assert_int_equal(c.offset_us, 100);
    exchange(2000, 500, 50, 0, 50);
    assert_int_equal(c.offset_us, 500);
    exchange(3000, 500, 900, 0, 100);
    assert_int_equal(c.offset_us, 500);
    exchange(4000, 520, 50, 0, 50); /* as good, and newer */
    assert_int_equal(c.offset_us, 520);
}

static void test_window(void **state)
{
    exchange(1000, 500, 50, 0, 50);
    for (unsigned i = 1; i < CLOCKSYNC_SAMPLES; i++) {
        exchange(1000 + i * 1000, 700, 60, 0, 60);
        assert_int_equal(c.offset_us, 500);
    }
    exchange(90000, 700, 60, 0, 60); /* the best one has left the window */
    assert_int_equal(c.offset_us, 700);
}

static void test_smoothed(void **state)
{
    exchange(1000, 0, 400, 0, 400);
    assert_int_equal(c.rtt_us, 800);
    assert_int_equal(c.rttvar_us, 400);
    exchange(5000, 0, 800, 0, 800);
    assert_int_equal(c.rttvar_us, 500); /* (3 * 400 + 800) / 4 */
    assert_int_equal(c.rtt_us, 900);    /* (7 * 800 + 1600) / 8 */
}

static void test_impossible(void **state)
{
    clocksync_sample(&c, 1000, 5000, 5000, 999);  /* answered before it was asked */
    clocksync_sample(&c, 1000, 5000, 4999, 2000); /* sent before it came */
    clocksync_sample(&c, 1000, 5000, 6001, 2000); /* held longer than all of it took */
    clocksync_sample(&c, 0, 0, UINT64_MAX, 1000);
    assert_false(clocksync_known(&c));
    clocksync_sample(&c, 1000, 5000, 6000, 2000);
    assert_true(clocksync_known(&c));
    assert_int_equal(c.rtt_us, 0);
}

static void test_foreign_extremes(void **state)
{
    clocksync_sample(&c, 1000, UINT64_MAX - 5, UINT64_MAX, 2000);
    clocksync_sample(&c, 1000, UINT64_C(1) << 63, UINT64_C(1) << 63, 2000);
    clocksync_sample(&c, 1000, 0, 0, 2000);
    assert_int_equal(c.n, 3);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_offset),     TEST(test_least_round_trip_decides),
        TEST(test_window),     TEST(test_smoothed),
        TEST(test_impossible), TEST(test_foreign_extremes),
    };
    return cmocka_run_group_tests_name("clocksync", tests, NULL, NULL);
}
