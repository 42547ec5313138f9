/* SPDX-License-Identifier: MIT */
/* The commands of --ctl. They do what keys do, through the same functions of the wall; only their
 * answers are their own. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/host_impl.h"
#include "console/stats.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum { FAILED = 1, WRONG = 2 };

/* A command under way: its words, the streams as they are, its answer. */
struct order {
    struct host *host;
    uint64_t client;
    const struct control_msg *words;
    struct wall_view view;
    struct json *j;
};

static const char *word(const struct order *o, unsigned i)
{
    return i < o->words->n ? o->words->words + o->words->at[i] : NULL;
}

static int fail(const struct order *o, const char *text)
{
    json_str(o->j, "error", text);
    return FAILED;
}

/* The wall's working directory is not the one of whoever asks. */
static void put_path(struct json *j, const char *key, const char *path)
{
    char whole[PATH_MAX];

    json_str(j, key, path[0] && realpath(path, whole) ? whole : path[0] ? path : NULL);
}

static void put_names(const struct order *o, const char *key)
{
    json_array(o->j, key);
    for (size_t i = 0; i < o->view.n; i++)
        json_str(o->j, NULL, o->view.row[i].name);
    json_end_array(o->j);
}

/* The stream that a word names; 0 after an answer that lists those there are. */
static uint64_t stream_named(const struct order *o, const char *name)
{
    char text[URL_NAME_MAX + 64];

    for (size_t i = 0; i < o->view.n; i++)
        if (strcmp(o->view.row[i].name, name) == 0)
            return o->view.row[i].id;
    text_format(text, sizeof(text), _("no stream is named '%s'"), name);
    fail(o, text);
    put_names(o, "streams");
    return 0;
}

static void put_screen(const struct order *o)
{
    const struct host *h = o->host;

    json_bool(o->j, "attached", h->shown);
    json_bool(o->j, "foreground", h->foreground);
}

static int do_status(struct order *o)
{
    const struct host_settings *set = o->host->set;
    int64_t now = wall_us();

    json_str(o->j, "wall", set->claim ? set->claim->name : NULL);
    json_int(o->j, "pid", getpid());
    json_str(o->j, "version", PACKAGE_VERSION);
    put_path(o->j, "directory", set->directory);
    put_screen(o);
    json_array(o->j, "streams");
    for (size_t i = 0; i < o->view.n; i++)
        stats_row(o->j, &o->view.row[i], now);
    json_end_array(o->j);
    return 0;
}

static int do_record(struct order *o)
{
    bool on = strcmp(word(o, 1), "on") == 0;
    const char *name = word(o, 2);
    uint64_t id = name ? stream_named(o, name) : 0;

    if (name && !id)
        return FAILED;
    int err =
        name ? wall_record(o->host->set->wall, id, on) : wall_record_all(o->host->set->wall, on);
    if (err < 0)
        return fail(o, err_str(err));
    json_bool(o->j, "recording", on);
    if (name) {
        json_array(o->j, "streams");
        json_str(o->j, NULL, name);
        json_end_array(o->j);
    } else {
        put_names(o, "streams");
    }
    return 0;
}

static void put_snapshot(struct json *j, const struct app_snapshot *s)
{
    json_object(j, NULL);
    json_str(j, "stream", s->stream);
    put_path(j, "file", s->path);
    if (s->path[0]) {
        json_uint(j, "width", s->width);
        json_uint(j, "height", s->height);
    } else {
        json_str(j, "error", s->err == -ENODATA ? _("there is no picture yet") : err_str(s->err));
    }
    json_end_object(j);
}

/* On the thread that wrote them. */
static void on_snapshots(void *ctx, uint64_t client, const struct app_snapshot *s, size_t n)
{
    struct host *h = ctx;
    struct json j;
    int status = 0;

    json_init(&j);
    json_object(&j, NULL);
    json_array(&j, "snapshots");
    for (size_t i = 0; i < n; i++) {
        put_snapshot(&j, &s[i]);
        status = s[i].path[0] ? status : FAILED;
    }
    json_end_array(&j);
    json_end_object(&j);
    const char *text = json_text(&j, NULL);
    if (text)
        control_answer(h->control, client, status, text);
    json_fini(&j);
}

static int do_snapshot(struct order *o)
{
    const char *name = word(o, 1);
    uint64_t id = name ? stream_named(o, name) : 0;
    const struct app_snapshot_done told = {
        .done = on_snapshots, .ctx = o->host, .token = o->client};

    if (name && !id)
        return FAILED;
    int err = app_snapshot(o->host->set->app, id, &told);
    return err < 0 ? fail(o, err_str(err)) : CONTROL_LATER;
}

static void put_name_of(const struct order *o, uint64_t id)
{
    struct wall_view v = {0};

    if (wall_snapshot(o->host->set->wall, &v) == 0)
        for (size_t i = 0; i < v.n; i++)
            if (v.row[i].id == id)
                json_str(o->j, "stream", v.row[i].name);
    wall_view_fini(&v);
}

static int do_add(struct order *o)
{
    struct wall_add add = {.codec = -1, .record = -1};
    char error[400];
    uint64_t id;

    if (url_parse(word(o, 1), &add.url, error, sizeof(error)) < 0)
        return fail(o, error);
    int err = wall_add(o->host->set->wall, &add, &id);
    if (err < 0)
        return fail(o, err == -EEXIST ? _("a stream of that name is there already") : err_str(err));
    json_str(o->j, "added", word(o, 1));
    put_name_of(o, id);
    return 0;
}

static int do_remove(struct order *o)
{
    uint64_t id = stream_named(o, word(o, 1));
    int err = id ? wall_remove(o->host->set->wall, id) : 0;

    if (!id)
        return FAILED;
    if (err < 0)
        return fail(o, err_str(err));
    json_str(o->j, "removed", word(o, 1));
    return 0;
}

static int do_detach(struct order *o)
{
    json_bool(o->j, "detached", host_detach(o->host));
    return 0;
}

/* Answered when all files are finished. */
static int do_quit(struct order *o)
{
    struct host *h = o->host;

    h->quit = true;
    if (h->quitters == QUITTERS_MAX) {
        json_bool(o->j, "ending", true);
        return 0;
    }
    h->quitter[h->quitters++] = o->client;
    return CONTROL_LATER;
}

static const struct command {
    const char *usage;    /* begins with its name */
    const char *first;    /* what its first word may be, "on off"; NULL: anything */
    unsigned least, most; /* words after it */
    int (*run)(struct order *o);
} commands[] = {
    {"status", NULL, 0, 0, do_status},
    {"record on|off [STREAM]", "on off", 1, 2, do_record},
    {"snapshot [STREAM]", NULL, 0, 1, do_snapshot},
    {"add [NAME=]URL", NULL, 1, 1, do_add},
    {"remove STREAM", NULL, 1, 1, do_remove},
    {"detach", NULL, 0, 0, do_detach},
    {"quit", NULL, 0, 0, do_quit},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* Is word one of the words of list? */
static bool is_among(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (len > 0 && strncmp(at, word, len) == 0 && (at[len] == ' ' || at[len] == '\0'))
            return true;
    }
    return false;
}

static bool names(const struct command *c, const char *word)
{
    size_t len = strcspn(c->usage, " ");

    return strlen(word) == len && strncmp(c->usage, word, len) == 0;
}

static bool fits(const struct command *c, const struct order *o)
{
    unsigned n = o->words->n - 1;

    return n >= c->least && n <= c->most && (!c->first || is_among(c->first, word(o, 1)));
}

/* What would have been right: the command's own form, or all there are. */
static int explain(const struct order *o, const struct command *c)
{
    char text[CONTROL_WORDS_BYTES + 64];

    if (c)
        text_format(text, sizeof(text), _("wrong words after '%s'"), word(o, 0));
    else
        text_format(text, sizeof(text), _("unknown command '%s'"), word(o, 0) ? word(o, 0) : "");
    json_str(o->j, "error", text);
    json_array(o->j, "commands");
    for (size_t i = 0; i < COMMANDS; i++)
        if (!c || c == &commands[i])
            json_str(o->j, NULL, commands[i].usage);
    json_end_array(o->j);
    return WRONG;
}

static int obey(struct order *o)
{
    for (size_t i = 0; word(o, 0) && i < COMMANDS; i++)
        if (names(&commands[i], word(o, 0)))
            return fits(&commands[i], o) ? commands[i].run(o) : explain(o, &commands[i]);
    return explain(o, NULL);
}

int host_on_command(void *host, uint64_t client, const struct control_msg *m, struct json *j)
{
    struct host *h = host;
    struct order o = {.host = h, .client = client, .words = m, .j = j};
    int status;

    json_object(j, NULL);
    if (wall_snapshot(h->set->wall, &o.view) < 0)
        status = fail(&o, err_str(-ENOMEM));
    else
        status = obey(&o);
    json_end_object(j);
    wall_view_fini(&o.view);
    return status;
}
