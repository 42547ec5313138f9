/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "console/app.h"
#include "console/commands.h"
#include "console/directory.h"
#include "console/headless.h"
#include "console/settings.h"
#include "console/wall.h"
#include "net/secure.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "camwall: %s%s%s\n", what, *why ? ": " : "", why);
    return 1;
}

static int complain_of(const char *what, const char *path, int err)
{
    fprintf(stderr, "camwall: %s %s: %s\n", what, path, err_str(err));
    return 1;
}

static int add_streams(const struct settings *s, struct wall *w)
{
    for (size_t i = 0; i < s->streams; i++) {
        const struct settings_stream *st = &s->stream[i];
        struct wall_add add = {.url = st->url, .codec = st->codec, .record = st->record};
        int err = wall_add(w, &add, NULL);
        if (err < 0)
            return complain(st->url.name[0] ? st->url.name : st->url.host, err_str(err));
    }
    return 0;
}

/* The wall with a screen on this terminal. */
static int run_screen(const struct settings *s, struct wall *w, const struct receiver_settings *how,
                      int signal_fd)
{
    const struct app_settings set = {
        .wall = w,
        .wall_name = s->name,
        .directory = s->directory,
        .how = how,
        .tui = {.mode = (enum tui_mode)s->preview,
                .symbols = (enum tui_symbols)s->symbols,
                .theme = (enum tui_theme)s->theme,
                .fps = (unsigned)s->fps,
                .keymap = &s->keymap},
    };
    struct tui_terminal terminal;
    char error[TUI_TEXT_MAX];
    struct app *app;

    int err = app_new(&set, &app);
    if (err < 0)
        return complain(_("cannot start"), err_str(err));
    tui_terminal_from_environment(&terminal, STDIN_FILENO, STDOUT_FILENO);
    int status = app_show(app, &terminal, error) < 0 ? complain(error, _("see --headless"))
                                                     : headless_run(s, w, app, signal_fd);
    app_free(app);
    return status;
}

static int run_wall(const struct settings *s, const struct receiver_settings *how, int signal_fd)
{
    struct wall_settings set = {
        .directory = s->directory,
        .segment_ms = s->segment_ms,
        .codec = (enum recorder_codec)s->codec,
        .record = s->record,
        .prerecord_ms = s->prerecord_ms,
        .trust = how->trust,
        .keys = how->keys,
        .known_servers = how->known_servers,
    };
    struct log_settings log = {
        .file = s->log, .format = (enum log_format)s->log_format, .to_stderr = s->headless};
    struct wall *w;

    log.least = LOG_LEVEL_INFO;
    int err = log_open(&log);
    if (err < 0)
        return complain_of(_("cannot write the log"), s->log, err);
    if (settings_records(s) && (err = directory_check(s->directory)) < 0)
        return complain_of(_("cannot record into"), s->directory, err);
    if ((err = wall_new(&set, &w)) < 0)
        return complain(_("cannot start"), err_str(err));
    int status = add_streams(s, w);
    if (status == 0)
        status =
            s->headless ? headless_run(s, w, NULL, signal_fd) : run_screen(s, w, how, signal_fd);
    wall_free(w);
    log_close();
    return status;
}

/* With the key at hand: everything that talks to servers. */
static int run(const struct settings *s)
{
    char dir[PATH_MAX - 32], path[PATH_MAX], known[PATH_MAX], error[OPTIONS_ERROR_MAX];
    struct receiver_settings how = {.known_servers = known};
    struct keys *keys;

    /* Nobody is there to be asked without a screen. */
    bool nobody = s->headless && s->trust == TRUST_ASK;
    how.trust = nobody ? RECEIVER_TRUST_KNOWN : (enum receiver_trust)s->trust;
    int signal_fd = headless_signals(), err = secure_global_init();
    if (signal_fd < 0 || err < 0)
        return complain(_("cannot start"), err_str(signal_fd < 0 ? signal_fd : err));
    if ((err = keys_state_dir(s->state_dir, 0, dir, sizeof(dir))) < 0)
        return complain(_("no state directory (see --state-dir)"), err_str(err));
    text_format(path, sizeof(path), "%s/client.key", dir);
    text_format(known, sizeof(known), "%s/known_servers", dir);
    if (keys_open(path, &keys, error, sizeof(error)) < 0)
        return complain(error, "");
    how.keys = keys;
    int status = s->action == ACTION_IDENTITY ? command_identity(keys)
                 : s->list                    ? command_list(s, &how)
                                              : run_wall(s, &how, signal_fd);
    keys_free(keys);
    close(signal_fd);
    return status;
}

int main(int argc, char **argv)
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;
    int status = 0;

    setlocale(LC_ALL, "");
    if (settings_load(&s, argc, argv, error) < 0) {
        complain(error, "");
        status = 2;
    } else if (s.action == ACTION_HELP) {
        options_help(&settings_table, stdout);
    } else if (s.action == ACTION_VERSION) {
        printf("camwall %s\n", PACKAGE_VERSION);
    } else if (s.action == ACTION_COMPLETION) {
        options_completion(&settings_table, stdout);
    } else if (s.action != ACTION_CHECK) {
        status = run(&s);
    }
    settings_fini(&s);
    return status;
}
