/* SPDX-License-Identifier: MIT */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One table gives getopt, the configuration file, --help, --check-config, shell completion and the
 * manual's option list. A row writes into the settings struct at an offset. */
enum option_type {
    OPTION_FLAG,     /* bool */
    OPTION_STRING,   /* char *, owned by the settings (mem_free) */
    OPTION_STRINGS,  /* struct option_strings; may repeat; from the command line replaces the file's
                      */
    OPTION_INT,      /* int64_t, least … most */
    OPTION_DURATION, /* uint64_t ms, least … most in ms */
    OPTION_BYTES,    /* uint64_t */
    OPTION_SIZE,     /* struct option_size */
    OPTION_RATE,     /* uint32_t millihertz */
    OPTION_CHOICE,   /* int: index into choices */
    OPTION_MAYBE,    /* struct option_maybe: --name or --name=VALUE */
    OPTION_ACTION,   /* int: set to the row's action number (--help, --version, --list …) */
};

struct option_strings {
    char **at;
    size_t n;
    bool from_file;
};
struct option_size {
    unsigned width, height; /* 0: not given */
};
struct option_maybe {
    bool given;
    char *value; /* NULL: bare */
};

struct option_def {
    char letter;      /* 0: none */
    const char *name; /* long name, also the key in the file */
    const char *arg;  /* what --help calls its argument; NULL: takes none */
    enum option_type type;
    size_t offset;       /* into the settings */
    const char *help;    /* through N_(); one sentence, default in it */
    int64_t least, most; /* numbers and durations; 0,0: any */
    const char *const *choices;
    int action;
    bool not_in_file;
    size_t given_offset; /* of a bool set when the option was given; 0: none wanted */
};

struct option_table {
    const char *program;
    const char *usage; /* "[OPTION]... [NAME=]SOURCE..." */
    const char *intro; /* a sentence or two under the usage line */
    const struct option_def *defs;
    size_t n;
    const char *section; /* "camera": file sections [camera NAME]; NULL: none */
    /* One key of a section. 0, ERR_UNKNOWN (key) or ERR_FORMAT; expect says what would be right. */
    int (*on_section)(void *settings, const char *name, const char *key, const char *value,
                      const char **expect);
};

enum { OPTIONS_ERROR_MAX = 512 };

/* Parses arguments; *operand is the index of the first operand (argv is permuted as getopt does).
 * A row of type ACTION only records itself. On error: ERR_FORMAT and, in error, a sentence that
 * names the option, the value and what would be accepted. */
int options_args(const struct option_table *t, void *settings, int argc, char **argv, int *operand,
                 char *error);

/* Reads a configuration file; call before options_args so that the command line wins. Errors name
 * file and line. Unknown keys and sections are errors. -errno if it cannot be read. */
int options_file(const struct option_table *t, void *settings, const char *path, char *error);

/* The same for text in memory; path is only for the errors. */
int options_text(const struct option_table *t, void *settings, const char *text, size_t len,
                 const char *path, char *error);

/* Finds the value of -c/--config in the arguments without touching anything else; NULL if none. */
const char *options_config_path(const struct option_table *t, int argc, char **argv);

void options_help(const struct option_table *t, FILE *out);
void options_man(const struct option_table *t, FILE *out);        /* roff, for the manual */
void options_completion(const struct option_table *t, FILE *out); /* bash */
void options_free(const struct option_table *t, void *settings);  /* strings it allocated */

#endif
