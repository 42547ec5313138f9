/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "capture/schedule.h"
#include "util/mono.h"

static const uint64_t start = 1000 * NS_PER_S + 7;

/* Whole seconds later, picture n is due at the very nanosecond, however long it ran. */
static void test_no_drift(void **state)
{
    static const struct {
        uint32_t millihertz;
        uint64_t n, seconds;
    } cases[] = {
        {25000, 25, 1},
        {25000, UINT64_C(25) * 86400 * 365, UINT64_C(86400) * 365},
        {29970, 2997, 100},
        {29970, UINT64_C(2997) * 864 * 100, 86400 * 100},
        {12500, 25, 2},
        {100, 1, 10},
        {240000, UINT64_C(240) * 86400 * 365, UINT64_C(86400) * 365},
        {1, 3, 3000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule s;
        schedule_init(&s, cases[i].millihertz, start);
        assert_int_equal(schedule_next(&s, start), start);
        s.n = cases[i].n;
        uint64_t due = start + cases[i].seconds * NS_PER_S;
        assert_int_equal(schedule_next(&s, due), due);
        assert_int_equal(s.n, cases[i].n + 1);
    }
}

static void test_steps_are_even(void **state)
{
    struct schedule s;
    schedule_init(&s, 30000, start);
    uint64_t last = schedule_next(&s, start);
    for (int i = 1; i <= 3000; i++) {
        uint64_t due = schedule_next(&s, last);
        assert_in_range(due - last, NS_PER_S / 30, NS_PER_S / 30 + 1);
        last = due;
    }
    assert_int_equal(last, start + 100 * NS_PER_S);
}

/* Up to a second late, the times stay those that were due; later, it begins anew. */
static void test_lateness(void **state)
{
    struct schedule s;
    schedule_init(&s, 10000, start);
    schedule_next(&s, start);
    uint64_t second = start + NS_PER_S / 10;
    assert_int_equal(schedule_next(&s, second + NS_PER_S), second);
    uint64_t third = start + NS_PER_S / 5, now = third + NS_PER_S + 1;
    assert_int_equal(schedule_next(&s, now), now);
    assert_int_equal(schedule_next(&s, now), now + NS_PER_S / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_drift),
        cmocka_unit_test(test_steps_are_even),
        cmocka_unit_test(test_lateness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
