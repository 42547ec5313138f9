/* SPDX-License-Identifier: MIT */
#include "util/state_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int state_dir(const char *given, bool for_server, char *buf, size_t cap)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;
    if (given)
        n = snprintf(buf, cap, "%s", given);
    else if (for_server && geteuid() == 0)
        n = snprintf(buf, cap, "/var/lib/camwall");
    else if (xdg && xdg[0] == '/')
        n = snprintf(buf, cap, "%s/camwall", xdg);
    else if (home && home[0] == '/')
        n = snprintf(buf, cap, "%s/.local/state/camwall", home);
    else
        return -ENOENT;
    return n < 0 || (size_t)n >= cap ? -ENAMETOOLONG : 0;
}
