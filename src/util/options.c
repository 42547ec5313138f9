/* SPDX-License-Identifier: MIT */
#include "util/options_impl.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

/* getopt_long returns this plus the row, for a long option; a letter stands for itself. */
enum { LONG_BASE = 1024 };

/* The table in getopt's form. */
struct getopt_form {
    struct option *longs;
    char *letters;
};

const struct option_def *option_by_name(const struct option_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->defs[i].name, name) == 0)
            return &t->defs[i];
    }
    return NULL;
}

static const struct option_def *by_code(const struct option_table *t, int code)
{
    if (code >= LONG_BASE && (size_t)(code - LONG_BASE) < t->n)
        return &t->defs[code - LONG_BASE];
    for (size_t i = 0; i < t->n; i++) {
        if (t->defs[i].letter && t->defs[i].letter == code)
            return &t->defs[i];
    }
    return NULL;
}

static int argument_kind(const struct option_def *def)
{
    if (def->type == OPTION_MAYBE)
        return optional_argument;
    return def->type == OPTION_FLAG || def->type == OPTION_ACTION ? no_argument : required_argument;
}

static void form_free(struct getopt_form *f)
{
    mem_free(f->longs);
    mem_free(f->letters);
}

static int form_make(const struct option_table *t, struct getopt_form *f)
{
    f->longs = mem_zero(t->n + 1, sizeof *f->longs);
    f->letters = mem_zero(t->n * 3 + 2, 1);
    if (!f->longs || !f->letters) {
        form_free(f);
        return -ENOMEM;
    }
    char *p = f->letters;
    *p++ = ':'; /* a missing argument is told from an unknown option */
    for (size_t i = 0; i < t->n; i++) {
        const struct option_def *def = &t->defs[i];
        int kind = argument_kind(def);
        f->longs[i] = (struct option){def->name, kind, NULL, LONG_BASE + (int)i};
        if (!def->letter)
            continue;
        *p++ = def->letter;
        for (int colons = kind; colons > 0; colons--) /* required 1, optional 2 */
            *p++ = ':';
    }
    return 0;
}

static int report_unknown(const struct option_table *t, char **argv, char *error)
{
    const struct option_def *def = by_code(t, optopt);
    if (def) { /* getopt refuses a known option only when it was given "=value" */
        text_format(error, OPTIONS_ERROR_MAX, _("--%s takes no argument: '%s'"), def->name,
                    argv[optind - 1]);
    } else if (optopt) {
        text_format(error, OPTIONS_ERROR_MAX, _("unknown option '-%c'; see %s --help"), optopt,
                    t->program);
    } else {
        text_format(error, OPTIONS_ERROR_MAX, _("unknown or ambiguous option '%s'; see %s --help"),
                    argv[optind - 1], t->program);
    }
    return ERR_FORMAT;
}

static int report_missing(const struct option_table *t, char *error)
{
    const struct option_def *def = by_code(t, optopt);
    text_format(error, OPTIONS_ERROR_MAX, _("--%s needs an argument: %s"), def->name,
                def->arg ? def->arg : "");
    return ERR_FORMAT;
}

static int apply(const struct option_def *def, void *settings, const char *value, char *error)
{
    char expect[OPTIONS_EXPECT_MAX];
    int rc = option_set(def, settings, value, ORIGIN_ARGS, expect);
    if (rc == ERR_FORMAT)
        text_format(error, OPTIONS_ERROR_MAX, _("--%s: '%s' is not accepted; it takes %s"),
                    def->name, value ? value : "", expect);
    else if (rc != 0)
        text_format(error, OPTIONS_ERROR_MAX, "--%s: %s", def->name, err_str(rc));
    return rc;
}

int options_args(const struct option_table *t, void *settings, int argc, char **argv, int *operand,
                 char *error)
{
    struct getopt_form form;
    int rc = form_make(t, &form), code;
    if (rc != 0) {
        text_format(error, OPTIONS_ERROR_MAX, "%s", err_str(rc));
        return rc;
    }
    opterr = 0;
    optind = 0; /* starts the GNU getopt afresh */
    while (rc == 0 && (code = getopt_long(argc, argv, form.letters, form.longs, NULL)) != -1) {
        if (code == '?')
            rc = report_unknown(t, argv, error);
        else if (code == ':')
            rc = report_missing(t, error);
        else
            rc = apply(by_code(t, code), settings, optarg, error);
    }
    *operand = optind;
    form_free(&form);
    return rc;
}

const char *options_config_path(const struct option_table *t, int argc, char **argv)
{
    const struct option_def *config = option_by_name(t, "config");
    struct getopt_form form;
    const char *path = NULL;
    int code;
    if (!config || form_make(t, &form) != 0)
        return NULL;
    /* getopt permutes, so it gets the pointers in an array of its own. */
    char **copy = mem_zero((size_t)argc + 1, sizeof *copy);
    if (copy) {
        memcpy(copy, argv, (size_t)argc * sizeof *copy);
        opterr = 0;
        optind = 0;
        while ((code = getopt_long(argc, copy, form.letters, form.longs, NULL)) != -1) {
            if (by_code(t, code) == config)
                path = optarg;
        }
    }
    mem_free(copy);
    form_free(&form);
    return path;
}
