/* SPDX-License-Identifier: MIT */
#include "util/options_impl.h"

#include <string.h>

#include "util/text.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

/* Words of text from column on, wrapped at the width of a terminal. */
static void put_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        char copy[256];
        text_format(copy, sizeof copy, "%.*s", (int)word, text);
        size_t width = text_utf8_len(copy);
        if (column > indent && column + 1 + width > HELP_WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fputs(copy, out);
        column += width;
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* "-s, --size WxH", "    --legacy[=CIDR]" */
static void name_text(const struct option_def *def, char *buf, size_t cap)
{
    size_t n = def->letter ? text_format(buf, cap, "-%c, --%s", def->letter, def->name)
                           : text_format(buf, cap, "    --%s", def->name);
    if (def->arg)
        text_format(buf + n, cap - n, def->type == OPTION_MAYBE ? "[=%s]" : " %s", def->arg);
}

void options_help(const struct option_table *t, FILE *out)
{
    fprintf(out, _("Usage: %s %s\n"), t->program, t->usage);
    put_wrapped(out, t->intro, 0, 0);
    fputc('\n', out);
    for (size_t i = 0; i < t->n; i++) {
        char names[128];
        name_text(&t->defs[i], names, sizeof names);
        size_t width = text_utf8_len(names) + 2;
        fprintf(out, "  %s", names);
        if (width + 2 > HELP_COLUMN)
            fprintf(out, "\n%*s", HELP_COLUMN, "");
        else
            fprintf(out, "%*s", (int)(HELP_COLUMN - width), "");
        put_wrapped(out, _(t->defs[i].help), HELP_COLUMN, HELP_COLUMN);
    }
}

/* roff: a hyphen that is typed is \-, and a line must not begin with a dot or quote. */
static void put_roff(FILE *out, const char *s)
{
    if (*s == '.' || *s == '\'')
        fputs("\\&", out);
    for (; *s; s++) {
        if (*s == '-')
            fputs("\\-", out);
        else if (*s == '\\')
            fputs("\\e", out);
        else
            fputc(*s, out);
    }
}

static void man_row(const struct option_def *def, FILE *out)
{
    fputs(".TP\n", out);
    if (def->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", def->letter);
    fputs("\\fB\\-\\-", out);
    put_roff(out, def->name);
    fputs("\\fR", out);
    if (def->arg) {
        fputs(def->type == OPTION_MAYBE ? "[=\\fI" : " \\fI", out);
        put_roff(out, def->arg);
        fputs(def->type == OPTION_MAYBE ? "\\fR]" : "\\fR", out);
    }
    fputc('\n', out);
    put_roff(out, def->help);
    fputc('\n', out);
}

void options_man(const struct option_table *t, FILE *out)
{
    for (size_t i = 0; i < t->n; i++)
        man_row(&t->defs[i], out);
}

/* What bash offers after an option: its choices, files or directories, or nothing. */
static void completion_row(const struct option_def *def, FILE *out)
{
    if (!def->arg || def->type == OPTION_MAYBE)
        return;
    fputs("    ", out);
    if (def->letter)
        fprintf(out, "-%c|", def->letter);
    fprintf(out, "--%s) ", def->name);
    if (def->type == OPTION_CHOICE) {
        fputs("COMPREPLY=($(compgen -W '", out);
        for (int i = 0; def->choices[i]; i++)
            fprintf(out, "%s%s", i ? " " : "", def->choices[i]);
        fputs("' -- \"$cur\"))", out);
    } else if (strcmp(def->arg, "DIR") == 0) {
        fputs("COMPREPLY=($(compgen -d -- \"$cur\"))", out);
    } else if (strcmp(def->arg, "FILE") == 0) {
        fputs("COMPREPLY=($(compgen -f -- \"$cur\"))", out);
    } else {
        fputs("COMPREPLY=()", out);
    }
    fputs("; return ;;\n", out);
}

void options_completion(const struct option_table *t, FILE *out)
{
    fprintf(out, "# bash completion for %s\n_%s() {\n", t->program, t->program);
    fputs("  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n", out);
    fputs("  case $prev in\n", out);
    for (size_t i = 0; i < t->n; i++)
        completion_row(&t->defs[i], out);
    fputs("  esac\n  case $cur in\n    -*) COMPREPLY=($(compgen -W '", out);
    for (size_t i = 0; i < t->n; i++)
        fprintf(out, "%s--%s", i ? " " : "", t->defs[i].name);
    fputs("' -- \"$cur\")) ;;\n    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n  esac\n}\n", out);
    fprintf(out, "complete -o filenames -F _%s %s\n", t->program, t->program);
}
