/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/repeat.h"

static void a_quarter_of_the_media_may_be_repeated(void **state)
{
    struct repeat_budget b = {0};
    assert_false(repeat_spend(&b, 1));
    repeat_earn(&b, 4000);
    assert_true(repeat_spend(&b, 999));
    assert_true(repeat_spend(&b, 1));
    assert_false(repeat_spend(&b, 1));
    for (int i = 0; i < 100; i++)
        repeat_earn(&b, 1000000);
    assert_true(repeat_spend(&b, REPEAT_SAVED_MAX));
    assert_false(repeat_spend(&b, 1));
}

static void a_fragment_once_an_interval(void **state)
{
    struct repeat_memory m;
    memset(&m, 0, sizeof m);
    assert_true(repeat_allowed(&m, 0, 7, 3, 100, 1000));
    assert_false(repeat_allowed(&m, 0, 7, 3, 100, 1099));
    assert_true(repeat_allowed(&m, 0, 7, 4, 100, 1099));
    assert_true(repeat_allowed(&m, 1, 7, 3, 100, 1099)); /* another tier's */
    assert_true(repeat_allowed(&m, 0, 8, 3, 100, 1099));
    assert_true(repeat_allowed(&m, 0, 7, 3, 100, 1100));
    assert_false(repeat_allowed(&m, 0, 7, 3, 100, 1101));
    assert_true(repeat_allowed(&m, 0, 7, PROTO_FRAGMENTS_MAX - 1, 100, 1101));
    assert_false(repeat_allowed(&m, 0, 7, PROTO_FRAGMENTS_MAX, 100, 1101));
}

static void the_oldest_frame_is_forgotten(void **state)
{
    struct repeat_memory m;
    memset(&m, 0, sizeof m);
    for (uint32_t i = 0; i < REPEAT_FRAMES; i++)
        assert_true(repeat_allowed(&m, 0, i, 0, 1000, 1));
    for (uint32_t i = 0; i < REPEAT_FRAMES; i++)
        assert_false(repeat_allowed(&m, 0, i, 0, 1000, 2));
    assert_true(repeat_allowed(&m, 0, 99, 0, 1000, 3));
    assert_true(repeat_allowed(&m, 0, 0, 0, 1000, 3));
    assert_false(repeat_allowed(&m, 0, 99, 0, 1000, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quarter_of_the_media_may_be_repeated),
        cmocka_unit_test(a_fragment_once_an_interval),
        cmocka_unit_test(the_oldest_frame_is_forgotten),
    };
    return cmocka_run_group_tests_name("repeat", tests, NULL, NULL);
}
