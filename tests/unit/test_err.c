/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/err.h"

static void every_code_has_a_text_of_its_own(void **state)
{
    for (int a = ERR_CLOSED; a >= ERR_END; a--) {
        assert_true(strlen(err_str(a)) > 2);
        assert_null(strstr(err_str(a), "nknown error"));
        for (int b = ERR_CLOSED; b > a; b--)
            assert_string_not_equal(err_str(a), err_str(b));
    }
}

static void speaks_lower_case_and_keeps_names(void **state)
{
    assert_string_equal(err_str(-ENOENT), "no such file or directory");
    assert_string_equal(err_str(-EADDRINUSE), "address already in use");
    assert_string_equal(err_str(-ESRCH), "no such process");
    assert_string_equal(err_str(0), "no error");
    assert_non_null(strstr(err_str(-999999), "999999"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_text_of_its_own),
        cmocka_unit_test(speaks_lower_case_and_keeps_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
