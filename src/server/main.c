/* SPDX-License-Identifier: MIT */
/* camwalld: parse, build the parts, wire them, run, destroy in reverse. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/keys.h"
#include "net/secure.h"
#include "server/server.h"
#include "server/settings.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

enum { EXIT_USAGE = 2 };

static int print_and_exit(const struct server_settings *s)
{
    switch (s->action) {
    case SETTINGS_HELP:
        options_help(&server_options, stdout);
        break;
    case SETTINGS_VERSION:
        printf("camwalld %s\n", PACKAGE_VERSION);
        break;
    case SETTINGS_COMPLETION:
        options_completion(&server_options, stdout);
        break;
    case SETTINGS_CHECK:
        printf(_("configuration is right: %u cameras\n"), s->n_cameras);
        break;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

static int with_keys(const struct server_settings *s, char **argv, int argc)
{
    char error[OPTIONS_ERROR_MAX];
    struct keys *keys;
    int rc = secure_global_init();
    if (rc == 0)
        rc = keys_open(s->key_path, &keys, error, sizeof error);
    if (rc != 0) {
        log_error("%s", error);
        return 1;
    }
    if (s->action == SETTINGS_FINGERPRINT) {
        printf("%s\n", keys_fingerprint(keys));
        rc = fflush(stdout);
    } else {
        rc = server_run(s, keys, argc, argv);
    }
    keys_free(keys);
    return rc == 0 ? 0 : 1;
}

/* Signals are taken by signalfd in the main thread; none reaches another thread. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
    struct server_settings settings;
    char error[OPTIONS_ERROR_MAX] = "";
    int status;
    block_signals();
    int rc = settings_load(&settings, argc, argv, error);
    if (rc != 0) {
        fprintf(stderr, "camwalld: %s\n", error);
        settings_free(&settings);
        return EXIT_USAGE;
    }
    const struct log_settings log = {settings.log_file, (enum log_format)settings.log_format, true,
                                     LOG_LEVEL_INFO};
    if (settings.action != SETTINGS_RUN && settings.action != SETTINGS_FINGERPRINT) {
        status = print_and_exit(&settings);
    } else if ((rc = log_open(&log)) != 0) {
        fprintf(stderr, _("camwalld: cannot open the log %s: %s\n"), settings.log_file,
                err_str(rc));
        status = 1;
    } else {
        status = with_keys(&settings, argv, argc);
        log_close();
    }
    settings_free(&settings);
    return status;
}
