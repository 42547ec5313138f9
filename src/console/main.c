/* SPDX-License-Identifier: MIT */
/* What people start. It needs few libraries, so that what is over at once (a question to a wall
 * that runs, help) does not wait for the hundred and more that pictures need; everything else is
 * main_wall.c, which replaces it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/attach.h"
#include "console/complain.h"
#include "console/ctl.h"
#include "console/program.h"
#include "console/settings.h"
#include "util/err.h"
#include "util/text.h"

/* The folder that this program lies in. */
static int own_folder(char *buf, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", buf, cap - 1);

    if (n < 0)
        return -errno;
    buf[n] = '\0';
    char *end = strrchr(buf, '/');
    if (end)
        *end = '\0';
    return 0;
}

/* Beside this program as it was built, where it was installed, or where both were moved to. */
static int become_wall(char **argv)
{
    static const char *const beside[] = {"libexec/camwall", "../libexec/camwall/camwall"};
    char folder[PATH_MAX], path[PATH_MAX + 32];

    if (own_folder(folder, sizeof(folder)) == 0) {
        for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
            text_format(path, sizeof(path), "%s/%s", folder, beside[i]);
            execv(path, argv);
        }
    }
    execv(PKGLIBEXECDIR "/camwall", argv);
    return complain_of(_("cannot run the part that shows and records"), PKGLIBEXECDIR "/camwall",
                       -errno);
}

static int act(const struct settings *s, char **argv)
{
    switch (s->action) {
    case ACTION_HELP:
        options_help(&settings_table, stdout);
        return 0;
    case ACTION_VERSION:
        printf("camwall %s\n", PACKAGE_VERSION);
        return 0;
    case ACTION_COMPLETION:
        options_completion(&settings_table, stdout);
        return 0;
    case ACTION_CHECK:
        return 0;
    case ACTION_ATTACH:
        return attach_main(s);
    case ACTION_CTL:
        return ctl_main(s);
    default:
        return become_wall(argv);
    }
}

int main(int argc, char **argv)
{
    return program_run(argc, argv, act);
}
