/* SPDX-License-Identifier: MIT */
#include "console/complain.h"

#include <stdio.h>

#include "util/err.h"

int complain(const char *what, const char *why)
{
    fprintf(stderr, "camwall: %s%s%s\n", what, *why ? ": " : "", why);
    return 1;
}

int complain_of(const char *what, const char *path, int error)
{
    fprintf(stderr, "camwall: %s %s: %s\n", what, path, err_str(error));
    return 1;
}
