/* SPDX-License-Identifier: MIT */
#include "console/program.h"

#include <locale.h>

#include "console/complain.h"

int program_run(int argc, char **argv, int (*act)(const struct settings *s, char **argv))
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;
    int status = 2;

    setlocale(LC_ALL, "");
    if (settings_load(&s, argc, argv, error) < 0)
        complain(error, "");
    else
        status = act(&s, argv);
    settings_fini(&s);
    return status;
}
