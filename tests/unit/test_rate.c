/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/mono.h"
#include "util/rate.h"

static const uint64_t start = 1000 * NS_PER_S;

/* amount every step_ms for total_ms, from start; returns the time of the last one. */
static uint64_t feed(struct rate *r, uint64_t from, uint64_t step_ms, uint64_t total_ms,
                     uint64_t amount)
{
    uint64_t t = from;
    for (uint64_t ms = 0; ms < total_ms; ms += step_ms)
        rate_add(r, t = from + ms * NS_PER_MS, amount);
    return t;
}

static void measures_a_steady_flow(void **state)
{
    static const struct {
        uint64_t step_ms, total_ms, amount;
        double expected;
    } cases[] = {
        {40, 10000, 1, 25},   {40, 2000, 1, 25},     {40, 1000, 1, 25},
        {10, 5000, 30, 3000}, {100, 20000, 10, 100}, {40, 400, 1, 25},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rate r;
        rate_init(&r);
        uint64_t t = feed(&r, start, cases[i].step_ms, cases[i].total_ms, cases[i].amount);
        double got = rate_per_second(&r, t + cases[i].step_ms * NS_PER_MS);
        assert_true(got > cases[i].expected * 0.9 && got < cases[i].expected * 1.11);
    }
}

static void starts_and_ends_at_zero(void **state)
{
    struct rate r;
    rate_init(&r);
    assert_true(rate_per_second(&r, start) == 0);
    uint64_t t = feed(&r, start, 40, 3000, 1);
    assert_true(rate_per_second(&r, t + NS_PER_S) > 10);
    assert_true(rate_per_second(&r, t + NS_PER_S) < 15);
    assert_true(rate_per_second(&r, t + 2 * NS_PER_S) < 1.1);
    assert_true(rate_per_second(&r, t + 2 * NS_PER_S + 100 * NS_PER_MS) == 0);
    assert_true(rate_per_second(&r, t + 1000 * NS_PER_S) == 0);
}

static void survives_a_time_that_goes_back(void **state)
{
    struct rate r;
    rate_init(&r);
    feed(&r, start, 100, 2000, 10);
    rate_add(&r, 0, 10);
    assert_true(rate_per_second(&r, 0) > 0);
    assert_true(rate_per_second(&r, start + 2 * NS_PER_S) < 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_a_steady_flow),
        cmocka_unit_test(starts_and_ends_at_zero),
        cmocka_unit_test(survives_a_time_that_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
