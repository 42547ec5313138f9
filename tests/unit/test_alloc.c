/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/alloc.h"

static void gives_zeroed_and_grown_memory(void **state)
{
    unsigned char *p = mem_zero(3, 5);
    for (int i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    p[14] = 7;
    p = mem_grow(p, 100, 5);
    assert_int_equal(p[14], 7);
    mem_free(p);
    void *none = mem_alloc(0);
    assert_non_null(none);
    mem_free(none);
    mem_free(NULL);
}

static void refuses_what_overflows(void **state)
{
    volatile size_t half = SIZE_MAX / 2 + 1;
    assert_null(mem_zero(half, 2));
    assert_null(mem_grow(NULL, half, 2));
}

static void copies_strings(void **state)
{
    char *s = mem_strdup("front");
    assert_string_equal(s, "front");
    mem_free(s);
}

static void fails_the_nth_and_only_once(void **state)
{
    for (unsigned n = 1; n <= 4; n++) {
        mem_fail_at(n);
        for (unsigned i = 1; i <= 5; i++) {
            void *p = i == 1   ? mem_alloc(1)
                      : i == 2 ? mem_zero(1, 1)
                      : i == 3 ? mem_grow(NULL, 1, 1)
                               : mem_strdup("x");
            assert_int_equal(p == NULL, i == n);
            mem_free(p);
        }
    }
    mem_fail_at(1);
    mem_fail_at(0);
    void *p = mem_alloc(1);
    assert_non_null(p);
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_and_grown_memory),
        cmocka_unit_test(refuses_what_overflows),
        cmocka_unit_test(copies_strings),
        cmocka_unit_test(fails_the_nth_and_only_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
