/* SPDX-License-Identifier: MIT */
#include "console/wallmain.h"

#include "console/app.h"
#include "console/complain.h"
#include "console/directory.h"
#include "console/host.h"
#include "console/mainloop.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

struct parts {
    struct wall *wall;
    struct app *app;
    struct host *host;
    struct app_settings app_set;
    struct host_settings host_set;
};

static int add_streams(const struct settings *s, struct wall *w)
{
    for (size_t i = 0; i < s->streams; i++) {
        const struct settings_stream *st = &s->stream[i];
        struct wall_add add = {
            .url = st->url, .codec = st->codec, .record = st->record, .segment_ms = st->segment_ms};
        int err = wall_add(w, &add, NULL);
        if (err < 0)
            return complain(st->url.name[0] ? st->url.name : st->url.host, err_str(err));
    }
    return 0;
}

static int start_app(struct parts *p, const struct settings *s, const struct receiver_settings *how,
                     const struct start *st)
{
    p->app_set = (struct app_settings){
        .wall = p->wall,
        .wall_name = st->named ? st->claim.name : "",
        .directory = s->directory,
        .how = how,
        .can_detach = st->named,
        .tui = {.mode = (enum tui_mode)s->preview,
                .symbols = (enum tui_symbols)s->symbols,
                .theme = (enum tui_theme)s->theme,
                .fps = (unsigned)s->fps,
                .keymap = &s->keymap},
    };
    return app_new(&p->app_set, &p->app);
}

static int start_host(struct parts *p, const struct settings *s, const struct start *st)
{
    p->host_set = (struct host_settings){
        .wall = p->wall,
        .app = p->app,
        .claim = st->named ? &st->claim : NULL,
        .directory = s->directory,
        .starter_fd = st->starter_fd,
        .stay = s->stay,
    };
    return host_new(&p->host_set, &p->host);
}

static int run_parts(struct parts *p, const struct settings *s, const struct wall_settings *set,
                     const struct receiver_settings *how, const struct start *st, int signal_fd)
{
    struct mainloop_end end = {.status = 1};

    int err = wall_new(set, &p->wall);
    if (err == 0)
        err = start_app(p, s, how, st);
    if (err == 0)
        err = start_host(p, s, st);
    if (err < 0)
        complain(_("cannot start"), err_str(err));
    else if (add_streams(s, p->wall) == 0)
        mainloop(s, p->wall, p->host, signal_fd, &end);
    app_free(p->app); /* may still have an answer for somebody at the host's */
    host_free(p->host, end.status, end.why);
    wall_free(p->wall);
    return end.status;
}

int wallmain(const struct settings *s, const struct receiver_settings *how, const struct start *st,
             int signal_fd)
{
    const struct wall_settings set = {
        .directory = s->directory,
        .segment_ms = s->segment_ms,
        .codec = (enum recorder_codec)s->codec,
        .record = s->record,
        .prerecord_ms = s->prerecord_ms,
        .name_template = s->name_template,
        .on_segment = s->on_segment,
        .keep = {.age_s = (s->keep_age_ms + 999) / 1000,
                 .size_bytes = s->keep_size,
                 .free_bytes = s->keep_free},
        .trust = how->trust,
        .keys = how->keys,
        .known_servers = how->known_servers,
    };
    const struct log_settings log = {.file = s->log,
                                     .format = (enum log_format)s->log_format,
                                     .to_stderr = s->headless,
                                     .least = LOG_LEVEL_INFO};
    struct parts parts = {0};

    int err = log_open(&log);
    if (err < 0)
        return complain_of(_("cannot write the log"), s->log, err);
    if (settings_records(s) && (err = directory_check(s->directory)) < 0)
        return complain_of(_("cannot record into"), s->directory, err);
    int status = run_parts(&parts, s, &set, how, st, signal_fd);
    log_close();
    return status;
}
