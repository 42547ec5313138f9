/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "manual.h"

static char *read_manual(const char *name)
{
    static char text[64 * 1024], path[4096];
    const char *top = getenv("srcdir");

    snprintf(path, sizeof(path), "%s/doc/%s", top ? top : ".", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    size_t len = fread(text, 1, sizeof(text) - 1, f);
    assert_true(len < sizeof(text) - 1);
    text[len] = '\0';
    fclose(f);
    return text;
}

/* heading and the text wanted under it. */
static void check_text(const char *name, const char *heading, const char *expected)
{
    char line[64];

    snprintf(line, sizeof(line), "%s\n", heading);
    char *list = strstr(read_manual(name), line);
    assert_non_null(list);
    list += strlen(line);
    char *end = strstr(list, "\n.SH ");
    assert_non_null(end);
    end[1] = '\0';
    if (strcmp(list, expected) != 0)
        fputs(expected, stderr); /* cmocka cuts what it prints */
    assert_string_equal(list, expected);
}

void manual_check_section(const char *name, const char *heading, void (*print)(FILE *out))
{
    char *expected = NULL;
    size_t len = 0;

    FILE *f = open_memstream(&expected, &len);
    print(f);
    fclose(f);
    check_text(name, heading, expected);
    free(expected);
}

void manual_check_options(const char *name, const struct option_table *table)
{
    char *expected = NULL;
    size_t len = 0;

    FILE *f = open_memstream(&expected, &len);
    options_man(table, f);
    fclose(f);
    check_text(name, ".SH OPTIONS", expected);
    free(expected);
}
