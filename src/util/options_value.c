/* SPDX-License-Identifier: MIT */
#include "util/options_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/parse.h"
#include "util/text.h"

static bool parse_flag(const char *s, bool *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(s, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

static int set_flag(bool *field, const char *value, char *expect)
{
    if (!value) {
        *field = true;
        return 0;
    }
    if (parse_flag(value, field))
        return 0;
    text_format(expect, OPTIONS_EXPECT_MAX, "%s", _("yes or no"));
    return ERR_FORMAT;
}

static int set_string(char **field, const char *value)
{
    char *copy = mem_strdup(value);
    if (!copy)
        return -ENOMEM;
    mem_free(*field);
    *field = copy;
    return 0;
}

static void free_strings(struct option_strings *list)
{
    for (size_t i = 0; i < list->n; i++)
        mem_free(list->at[i]);
    mem_free(list->at);
    *list = (struct option_strings){0};
}

static int add_string(struct option_strings *list, const char *value, enum option_origin origin)
{
    if (list->from_file && origin == ORIGIN_ARGS)
        free_strings(list);
    char **grown = mem_grow(list->at, list->n + 1, sizeof *grown);
    if (!grown)
        return -ENOMEM;
    list->at = grown;
    list->at[list->n] = mem_strdup(value);
    if (!list->at[list->n])
        return -ENOMEM;
    list->n++;
    list->from_file = origin == ORIGIN_FILE;
    return 0;
}

static int set_maybe(struct option_maybe *field, const char *value, enum option_origin origin)
{
    bool given = true, bare = !value || (origin == ORIGIN_FILE && parse_flag(value, &given));
    char *copy = NULL;
    if (!bare) {
        copy = mem_strdup(value);
        if (!copy)
            return -ENOMEM;
    }
    mem_free(field->value);
    *field = (struct option_maybe){.given = given, .value = copy};
    return 0;
}

static int set_int(const struct option_def *def, int64_t *field, const char *value, char *expect)
{
    bool any = def->least == 0 && def->most == 0;
    int64_t least = any ? INT64_MIN : def->least, most = any ? INT64_MAX : def->most;
    if (parse_int(value, least, most, field) == 0)
        return 0;
    if (any)
        text_format(expect, OPTIONS_EXPECT_MAX, "%s", _("a whole number"));
    else
        text_format(expect, OPTIONS_EXPECT_MAX, _("a number from %" PRId64 " to %" PRId64), least,
                    most);
    return ERR_FORMAT;
}

/* A duration as people would give it: in the largest unit that divides it. */
static const char *duration_text(int64_t ms, char *buf, size_t cap)
{
    if (ms == 0)
        text_format(buf, cap, "0");
    else if (ms % 3600000 == 0)
        text_format(buf, cap, "%" PRId64 "h", ms / 3600000);
    else if (ms % 60000 == 0)
        text_format(buf, cap, "%" PRId64 "m", ms / 60000);
    else if (ms % 1000 == 0)
        text_format(buf, cap, "%" PRId64 "s", ms / 1000);
    else
        text_format(buf, cap, "%" PRId64 "ms", ms);
    return buf;
}

static int set_duration(const struct option_def *def, uint64_t *field, const char *value,
                        char *expect)
{
    uint64_t ms;
    bool any = def->least == 0 && def->most == 0;
    char least[32], most[32];
    if (parse_duration(value, &ms) == 0 &&
        (any || (ms >= (uint64_t)def->least && ms <= (uint64_t)def->most))) {
        *field = ms;
        return 0;
    }
    if (any)
        text_format(expect, OPTIONS_EXPECT_MAX, "%s", _("a duration such as 90s, 10m or 1h"));
    else
        text_format(expect, OPTIONS_EXPECT_MAX, _("a duration from %s to %s, such as 90s or 10m"),
                    duration_text(def->least, least, sizeof least),
                    duration_text(def->most, most, sizeof most));
    return ERR_FORMAT;
}

static int set_bytes(const struct option_def *def, uint64_t *field, const char *value, char *expect)
{
    uint64_t bytes;
    bool any = def->least == 0 && def->most == 0;
    if (parse_bytes(value, &bytes) == 0 &&
        (any || (bytes >= (uint64_t)def->least && bytes <= (uint64_t)def->most))) {
        *field = bytes;
        return 0;
    }
    if (any)
        text_format(expect, OPTIONS_EXPECT_MAX, "%s", _("bytes such as 80k, 512M or 1.5G"));
    else
        text_format(expect, OPTIONS_EXPECT_MAX,
                    _("bytes such as 80k or 1.5G, from %" PRId64 " to %" PRId64), def->least,
                    def->most);
    return ERR_FORMAT;
}

static int set_choice(const struct option_def *def, int *field, const char *value, char *expect)
{
    size_t at = 0;
    expect[0] = '\0';
    for (int i = 0; def->choices[i]; i++) {
        if (strcmp(def->choices[i], value) == 0) {
            *field = i;
            return 0;
        }
        const char *before = i == 0 ? "" : def->choices[i + 1] ? ", " : _(" or ");
        at += text_format(expect + at, OPTIONS_EXPECT_MAX - at, "%s%s", before, def->choices[i]);
    }
    return ERR_FORMAT;
}

static int set_size(struct option_size *field, const char *value, char *expect)
{
    int rc = parse_size(value, &field->width, &field->height);
    if (rc != 0)
        text_format(expect, OPTIONS_EXPECT_MAX, "%s",
                    _("WIDTHxHEIGHT such as 640x480, each from 1 to 16384"));
    return rc;
}

static int set_rate(uint32_t *field, const char *value, char *expect)
{
    int rc = parse_rate(value, field);
    if (rc != 0)
        text_format(expect, OPTIONS_EXPECT_MAX, "%s",
                    _("frames a second up to 1000, such as 25, 29.97 or 30000/1001"));
    return rc;
}

static int set_field(const struct option_def *def, void *field, const char *value,
                     enum option_origin origin, char *expect)
{
    switch (def->type) {
    case OPTION_FLAG:
        return set_flag(field, value, expect);
    case OPTION_STRING:
        return set_string(field, value);
    case OPTION_STRINGS:
        return add_string(field, value, origin);
    case OPTION_INT:
        return set_int(def, field, value, expect);
    case OPTION_DURATION:
        return set_duration(def, field, value, expect);
    case OPTION_BYTES:
        return set_bytes(def, field, value, expect);
    case OPTION_SIZE:
        return set_size(field, value, expect);
    case OPTION_RATE:
        return set_rate(field, value, expect);
    case OPTION_CHOICE:
        return set_choice(def, field, value, expect);
    case OPTION_MAYBE:
        return set_maybe(field, value, origin);
    case OPTION_ACTION:
        *(int *)field = def->action;
        return 0;
    }
    return ERR_FORMAT;
}

int option_set(const struct option_def *def, void *settings, const char *value,
               enum option_origin origin, char *expect)
{
    int rc = set_field(def, (char *)settings + def->offset, value, origin, expect);
    if (rc == 0 && def->given_offset)
        *(bool *)((char *)settings + def->given_offset) = true;
    return rc;
}

void options_free(const struct option_table *t, void *settings)
{
    for (size_t i = 0; i < t->n; i++) {
        void *field = (char *)settings + t->defs[i].offset;
        if (t->defs[i].type == OPTION_STRING) {
            mem_free(*(char **)field);
            *(char **)field = NULL;
        } else if (t->defs[i].type == OPTION_STRINGS) {
            free_strings(field);
        } else if (t->defs[i].type == OPTION_MAYBE) {
            mem_free(((struct option_maybe *)field)->value);
            *(struct option_maybe *)field = (struct option_maybe){0};
        }
    }
}
