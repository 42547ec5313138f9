/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/groups.h"

enum { BYTES = 100 };

static void the_last_one_given_back_is_taken_first(void **state)
{
    struct groups g;
    assert_int_equal(groups_init(&g, BYTES), 0);
    uint8_t *a = groups_take(&g), *b = groups_take(&g);
    assert_true(a && b && a != b);
    groups_give(&g, a);
    groups_give(&g, b);
    assert_ptr_equal(groups_take(&g), b);
    assert_ptr_equal(groups_take(&g), a);
    groups_give(&g, a);
    groups_give(&g, b);
    groups_fini(&g);
}

/* More at once than are kept; the sanitizer sees what is written beyond or not freed. */
static void any_number_may_be_out(void **state)
{
    struct groups g;
    uint8_t *out[GROUPS_KEPT + 3];
    enum { N = sizeof out / sizeof out[0] };
    assert_int_equal(groups_init(&g, BYTES), 0);
    for (unsigned i = 0; i < N; i++) {
        out[i] = groups_take(&g);
        assert_non_null(out[i]);
        memset(out[i], (int)i, BYTES);
    }
    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(out[i][BYTES - 1], i);
        groups_give(&g, out[i]);
    }
    assert_int_equal(g.n, GROUPS_KEPT);
    groups_give(&g, NULL);
    assert_int_equal(g.n, GROUPS_KEPT);
    groups_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_given_back_is_taken_first),
        cmocka_unit_test(any_number_may_be_out),
    };
    return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
