/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_SETTINGS_H
#define CONSOLE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "receive/url.h"
#include "tui/keymap.h"
#include "util/options.h"

/* What a person asked camwall to do: the command line over the configuration file over defaults.
 * Never changed while the program runs. */
enum settings_action {
    ACTION_RUN,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_CHECK,
    ACTION_IDENTITY,
    ACTION_TERMINAL,
    ACTION_ATTACH, /* word[0]: the wall's name, if there is one */
    ACTION_CTL,    /* word: the command */
    ACTION_COMPLETION,
};

enum settings_trust { TRUST_ASK, TRUST_FIRST, TRUST_KNOWN_ONLY }; /* as enum receiver_trust */

/* An operand or a [stream NAME] section. */
struct settings_stream {
    struct url url;
    bool has_url;
    int codec;           /* -1: as the others */
    int record;          /* -1: as the others, 0 no, 1 yes */
    uint64_t segment_ms; /* 0: as the others */
};

struct settings {
    char *directory;
    uint64_t segment_ms;
    bool record;
    int codec;                                  /* enum recorder_codec */
    uint64_t prerecord_ms;                      /* 0: none */
    char *name_template;                        /* NULL: the usual one */
    char *on_segment;                           /* NULL: none */
    uint64_t keep_age_ms, keep_size, keep_free; /* 0: no limit; bytes */
    bool headless;
    bool summary;
    char *log;
    int log_format; /* enum log_format */
    char *name;
    bool name_given;
    bool stay;
    uint64_t duration_ms;        /* 0: for ever */
    char *stats;                 /* NULL: none; "-": standard output */
    int trust;                   /* enum settings_trust */
    int preview, symbols, theme; /* enum tui_mode, tui_symbols, tui_theme */
    int64_t fps;
    struct option_strings keys; /* "ACTION=KEYS" */
    struct keymap keymap;       /* made from them */
    char *state_dir;            /* NULL: the usual one */
    char *list;                 /* NULL, or the server whose cameras are printed */
    char *recover;              /* NULL, or the directory whose leftovers are finished */
    char *config;
    int action; /* enum settings_action */
    struct settings_stream *stream;
    size_t streams;
    char **word; /* operands that are no streams: argv's */
    size_t words;
};

extern const struct option_table settings_table;

/* Everything in one call. 0, or a negative code (ERR_FORMAT: wrong usage or configuration) with a
 * sentence in error; settings_fini() is due in both cases. */
int settings_load(struct settings *s, int argc, char **argv, char error[OPTIONS_ERROR_MAX]);
void settings_fini(struct settings *s);

/* Does anything record from the start? */
bool settings_records(const struct settings *s);

#endif
