/* SPDX-License-Identifier: MIT */
/* The larger part of camwall, started by main.c with the same arguments: whatever talks to servers,
 * records or draws, and so needs the libraries for that. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "console/commands.h"
#include "console/complain.h"
#include "console/mainloop.h"
#include "console/program.h"
#include "console/settings.h"
#include "console/start.h"
#include "console/wallmain.h"
#include "net/secure.h"
#include "util/err.h"
#include "util/state_dir.h"
#include "util/text.h"

/* With the key at hand: everything that talks to servers. */
static int run_with_key(const struct settings *s, const char *dir, const struct start *st)
{
    char path[PATH_MAX], known[PATH_MAX], error[OPTIONS_ERROR_MAX];
    struct receiver_settings how = {.known_servers = known};
    struct keys *keys;

    /* Nobody is there to be asked without a screen. */
    bool nobody = s->headless && s->trust == TRUST_ASK;
    how.trust = nobody ? RECEIVER_TRUST_KNOWN : (enum receiver_trust)s->trust;
    int signal_fd = mainloop_signals(), err = secure_global_init();
    if (signal_fd < 0 || err < 0)
        return complain(_("cannot start"), err_str(signal_fd < 0 ? signal_fd : err));
    text_format(path, sizeof(path), "%s/client.key", dir);
    text_format(known, sizeof(known), "%s/known_servers", dir);
    if (keys_open(path, &keys, error, sizeof(error)) < 0)
        return complain(error, "");
    how.keys = keys;
    int status = s->action == ACTION_IDENTITY ? command_identity(keys)
                 : s->list                    ? command_list(s, &how)
                                              : wallmain(s, &how, st, signal_fd);
    keys_free(keys);
    close(signal_fd);
    return status;
}

static int run(const struct settings *s)
{
    char dir[PATH_MAX - 32];
    struct start st = {.starter_fd = -1};
    enum start_role role = START_WALL;
    int status;

    int err = state_dir(s->state_dir, false, dir, sizeof(dir));
    if (err < 0)
        return complain(_("no state directory (see --state-dir)"), err_str(err));
    if (s->action == ACTION_RUN && !s->list)
        role = start_wall(s, dir, &st, &status);
    if (role != START_WALL)
        return status;
    status = run_with_key(s, dir, &st);
    start_fini(&st);
    return status;
}

static int act(const struct settings *s, char **argv)
{
    switch (s->action) {
    case ACTION_TERMINAL:
        return command_terminal();
    case ACTION_RUN:
    case ACTION_IDENTITY:
        return s->recover ? command_recover(s) : run(s);
    default:
        return complain(_("this is a part of camwall"), _("run camwall instead"));
    }
}

int main(int argc, char **argv)
{
    return program_run(argc, argv, act);
}
