/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "receive/backoff.h"
#include "util/mono.h"

static void test_doubles_up_to_the_longest(void **state)
{
    static const uint64_t base_ms[] = {500, 1000, 2000, 4000, 8000, 12000, 12000, 12000};
    struct backoff b;

    for (uint64_t seed = 0; seed < 200; seed++) {
        backoff_init(&b, seed);
        for (size_t i = 0; i < sizeof(base_ms) / sizeof(base_ms[0]); i++) {
            uint64_t ns = backoff_next_ns(&b);
            assert_in_range(ns, base_ms[i] * NS_PER_MS, base_ms[i] * NS_PER_MS * 5 / 4);
            assert_true(ns <= BACKOFF_SLOW_NS);
        }
        backoff_reset(&b);
        assert_in_range(backoff_next_ns(&b), 500 * NS_PER_MS, 625 * NS_PER_MS);
    }
}

static void test_streams_do_not_keep_step(void **state)
{
    struct backoff a, b;
    unsigned same = 0;

    backoff_init(&a, 12345);
    backoff_init(&b, 54321);
    for (int i = 0; i < 20; i++)
        same += backoff_next_ns(&a) == backoff_next_ns(&b);
    assert_true(same < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_up_to_the_longest),
        cmocka_unit_test(test_streams_do_not_keep_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
