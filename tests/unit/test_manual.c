/* SPDX-License-Identifier: MIT */
/* The manual's list of options is what the table says. To bring it up to date, put what the failed
 * test printed between the manual's .SH OPTIONS and the next .SH. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/settings.h"

static char *read_manual(void)
{
    static char text[64 * 1024], path[4096];
    const char *top = getenv("srcdir");

    snprintf(path, sizeof(path), "%s/doc/camwall.1", top ? top : ".");
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    size_t len = fread(text, 1, sizeof(text) - 1, f);
    assert_true(len < sizeof(text) - 1);
    text[len] = '\0';
    fclose(f);
    return text;
}

static void test_options_of_the_manual(void **state)
{
    static const char heading[] = ".SH OPTIONS\n";
    char *expected = NULL;
    size_t len = 0;

    FILE *f = open_memstream(&expected, &len);
    options_man(&settings_table, f);
    fclose(f);
    char *list = strstr(read_manual(), heading);
    assert_non_null(list);
    list += strlen(heading);
    char *end = strstr(list, "\n.SH ");
    assert_non_null(end);
    end[1] = '\0';
    if (strcmp(list, expected) != 0)
        print_message("%s", expected);
    assert_string_equal(list, expected);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_options_of_the_manual)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
