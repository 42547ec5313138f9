/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/settings.h"
#include "manual.h"

static void options_of_camwalld(void **state)
{
    manual_check_options("camwalld.8", &server_options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(options_of_camwalld)};
    return cmocka_run_group_tests_name("server_manual", tests, NULL, NULL);
}
