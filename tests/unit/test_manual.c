/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "console/settings.h"
#include "manual.h"

static void options_of_camwall(void **state)
{
    manual_check_options("camwall.1", &settings_table);
}

static void keys_of_camwall(void **state)
{
    manual_check_section("camwall.1", ".SH KEYS", keymap_man);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(options_of_camwall),
                                       cmocka_unit_test(keys_of_camwall)};
    return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
