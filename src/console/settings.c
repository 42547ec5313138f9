/* SPDX-License-Identifier: MIT */
#include "console/settings.h"

#include <errno.h>
#include <string.h>

#include "console/settings_section.h"
#include "record/segment.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/parse.h"
#include "util/text.h"

static struct settings_stream *add_stream(struct settings *s)
{
    struct settings_stream *grown = mem_grow(s->stream, s->streams + 1, sizeof(*grown));

    if (!grown)
        return NULL;
    s->stream = grown;
    grown += s->streams++;
    *grown = (struct settings_stream){.codec = -1, .record = -1};
    return grown;
}

static struct settings_stream *find_stream(struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->streams; i++)
        if (strcmp(s->stream[i].url.name, name) == 0)
            return &s->stream[i];
    return NULL;
}

/* The section's name stands for the NAME= of an operand. */
static int set_url(struct settings_stream *st, const char *value, const char **expect)
{
    char ignored[OPTIONS_ERROR_MAX];
    struct url u;

    if (url_parse(value, &u, ignored, sizeof(ignored)) < 0 || u.name[0]) {
        *expect = _("HOST[:PORT]/CAMERA, HOST[:PORT], camwall://HOST[:PORT]/CAMERA or "
                    "legacy://HOST:PORT");
        return ERR_FORMAT;
    }
    text_copy(u.name, sizeof(u.name), st->url.name);
    st->url = u;
    st->has_url = true;
    return 0;
}

static int set_codec(struct settings_stream *st, const char *value, const char **expect)
{
    for (int i = 0; settings_codecs[i]; i++) {
        if (strcmp(value, settings_codecs[i]) == 0) {
            st->codec = i;
            return 0;
        }
    }
    *expect = _("copy, h264 or mpeg4");
    return ERR_FORMAT;
}

static int set_record(struct settings_stream *st, const char *value, const char **expect)
{
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            st->record = i % 2;
            return 0;
        }
    }
    *expect = _("yes or no");
    return ERR_FORMAT;
}

static int set_segment(struct settings_stream *st, const char *value, const char **expect)
{
    uint64_t ms;

    if (parse_duration(value, &ms) < 0 || ms < SETTINGS_SEGMENT_LEAST_MS ||
        ms > SETTINGS_SEGMENT_MOST_MS) {
        *expect = _("a duration from 2s to 24h, such as 90s or 10m");
        return ERR_FORMAT;
    }
    st->segment_ms = ms;
    return 0;
}

int settings_on_section(void *settings, const char *name, const char *key, const char *value,
                        const char **expect)
{
    static const struct {
        const char *key;
        int (*set)(struct settings_stream *st, const char *value, const char **expect);
    } keys[] = {
        {"url", set_url}, {"codec", set_codec}, {"record", set_record}, {"segment", set_segment}};
    struct settings_stream *st = find_stream(settings, name);

    if (url_name_check(name) < 0) {
        *expect = _("a stream's name of 1 to 64 printable characters");
        return ERR_FORMAT;
    }
    if (!st && !(st = add_stream(settings)))
        return -ENOMEM;
    text_copy(st->url.name, sizeof(st->url.name), name);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(key, keys[i].key) == 0)
            return keys[i].set(st, value, expect);
    *expect = _("url, record, codec and segment");
    return ERR_UNKNOWN;
}

static int set_default(char **field, const char *value)
{
    *field = mem_strdup(value);
    return *field ? 0 : -ENOMEM;
}

static int set_defaults(struct settings *s)
{
    *s = (struct settings){.segment_ms = 600 * 1000, .prerecord_ms = 5000, .fps = 10};
    int err = set_default(&s->directory, "recordings");
    return err < 0 ? err : set_default(&s->name, "main");
}

static int check_sections(const struct settings *s, char *error)
{
    for (size_t i = 0; i < s->streams; i++) {
        if (s->stream[i].has_url)
            continue;
        text_format(error, OPTIONS_ERROR_MAX, _("%s: [stream %s] has no url"), s->config,
                    s->stream[i].url.name);
        return ERR_FORMAT;
    }
    return 0;
}

static int add_operand(struct settings *s, const char *text, char *error)
{
    struct url u;

    int err = url_parse(text, &u, error, OPTIONS_ERROR_MAX);
    if (err < 0)
        return err;
    if (u.name[0] && find_stream(s, u.name)) {
        text_format(error, OPTIONS_ERROR_MAX, _("two streams are called '%s'; names must differ"),
                    u.name);
        return ERR_FORMAT;
    }
    struct settings_stream *st = add_stream(s);
    if (!st)
        return -ENOMEM;
    st->url = u;
    st->has_url = true;
    return 0;
}

static int check_list(const struct settings *s, char *error)
{
    char ignored[OPTIONS_ERROR_MAX];
    struct url u;

    if (!s->list)
        return 0;
    if (url_parse(s->list, &u, ignored, sizeof(ignored)) == 0 && u.kind == URL_SERVER && !u.name[0])
        return 0;
    text_format(error, OPTIONS_ERROR_MAX, _("--list: '%s' is not accepted; it takes HOST[:PORT]"),
                s->list);
    return ERR_FORMAT;
}

static int check_words(const struct settings *s, char *error)
{
    if (s->action == ACTION_ATTACH && s->words > 1)
        text_format(error, OPTIONS_ERROR_MAX,
                    _("--attach: '%s' is not accepted; it takes at most one NAME"), s->word[1]);
    else if (s->action == ACTION_CTL && s->words == 0)
        text_format(error, OPTIONS_ERROR_MAX, "%s",
                    _("--ctl: expected a command: status, record on|off [STREAM], "
                      "snapshot [STREAM], add [NAME=]URL, remove STREAM, detach or quit"));
    return error[0] ? ERR_FORMAT : 0;
}

static int check_template(const struct settings *s, char *error)
{
    const char *why;

    if (!s->name_template || segment_template_check(s->name_template, &why) == 0)
        return 0;
    text_format(error, OPTIONS_ERROR_MAX, _("--name-template: '%s' is not accepted: %s"),
                s->name_template, why);
    return ERR_FORMAT;
}

static int check_whole(const struct settings *s, char *error)
{
    if (url_name_check(s->name) < 0) {
        text_format(error, OPTIONS_ERROR_MAX,
                    _("--name: '%s' is not accepted; it takes 1 to 64 printable characters"),
                    s->name);
        return ERR_FORMAT;
    }
    if (s->action == ACTION_RUN && !s->list && !s->recover && s->headless && s->streams == 0) {
        text_format(error, OPTIONS_ERROR_MAX, "%s",
                    _("no stream given; expected [NAME=]URL..., see camwall --help"));
        return ERR_FORMAT;
    }
    int err = check_words(s, error);
    if (err == 0)
        err = check_template(s, error);
    return err < 0 ? err : check_list(s, error);
}

/* "record=r,F5" of --key. */
static int remap(struct settings *s, const char *text, char *error)
{
    char action[KEYMAP_NAME * 2];
    const char *equals = strchr(text, '='), *expect = _("ACTION=KEYS, such as record=r,F5");
    int err = ERR_FORMAT;

    if (equals) {
        text_format(action, sizeof(action), "%.*s", (int)(equals - text), text);
        err = keymap_remap(&s->keymap, action, equals + 1, &expect);
    }
    if (err < 0)
        text_format(error, OPTIONS_ERROR_MAX, _("--key: '%s' is not accepted; it takes %s"), text,
                    expect);
    return err;
}

static int make_keymap(struct settings *s, char *error)
{
    int err = 0;

    keymap_init(&s->keymap);
    for (size_t i = 0; err == 0 && i < s->keys.n; i++)
        err = remap(s, s->keys.at[i], error);
    return err;
}

int settings_load(struct settings *s, int argc, char **argv, char error[OPTIONS_ERROR_MAX])
{
    int operand = argc;

    error[0] = '\0';
    int err = set_defaults(s);
    const char *config = options_config_path(&settings_table, argc, argv);
    if (err == 0 && config)
        err = options_file(&settings_table, s, config, error);
    if (err == 0)
        err = options_args(&settings_table, s, argc, argv, &operand, error);
    if (err == 0 &&
        (s->action == ACTION_HELP || s->action == ACTION_VERSION || s->action == ACTION_COMPLETION))
        return 0;
    if (err == 0)
        err = check_sections(s, error);
    if (s->action == ACTION_ATTACH || s->action == ACTION_CTL) {
        s->word = argv + operand;
        s->words = (size_t)(argc - operand);
    }
    for (int i = operand; err == 0 && !s->word && i < argc; i++)
        err = add_operand(s, argv[i], error);
    if (err == 0)
        err = check_whole(s, error);
    if (err == 0)
        err = make_keymap(s, error);
    if (err < 0 && !error[0])
        text_format(error, OPTIONS_ERROR_MAX, "%s", err_str(err));
    return err;
}

void settings_fini(struct settings *s)
{
    options_free(&settings_table, s);
    mem_free(s->stream);
    *s = (struct settings){0};
}

bool settings_records(const struct settings *s)
{
    bool any = false;

    for (size_t i = 0; i < s->streams; i++)
        any |= s->stream[i].record < 0 ? s->record : s->stream[i].record > 0;
    return any;
}
