/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "console/attach.h"
#include "console/commands.h"
#include "console/complain.h"
#include "console/ctl.h"
#include "console/mainloop.h"
#include "console/settings.h"
#include "console/start.h"
#include "console/wallmain.h"
#include "net/secure.h"
#include "util/err.h"
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

    int err = keys_state_dir(s->state_dir, 0, dir, sizeof(dir));
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

static int act(const struct settings *s)
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
    case ACTION_TERMINAL:
        return command_terminal();
    default:
        return s->recover ? command_recover(s) : run(s);
    }
}

int main(int argc, char **argv)
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;
    int status = 2;

    setlocale(LC_ALL, "");
    if (settings_load(&s, argc, argv, error) < 0)
        complain(error, "");
    else
        status = act(&s);
    settings_fini(&s);
    return status;
}
