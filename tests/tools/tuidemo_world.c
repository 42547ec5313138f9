/* SPDX-License-Identifier: MIT */
#include "tools/tuidemo_world.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/mono.h"
#include "util/text.h"

enum { CARD_FPS = 12 };

static const char *const names[] = {"front",   "yard", "门口摄像头", "garage",
                                    "kitchen", "Hof",  "gate-2",     "車庫"};

void world_event(struct world *w, enum tui_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    pthread_mutex_lock(&w->lock);
    struct tui_event *e = &w->news[++w->last_seq % NEWS_MAX];
    e->wall_us = wall_us();
    e->level = level;
    vsnprintf(e->text, sizeof e->text, fmt, args);
    pthread_mutex_unlock(&w->lock);
    va_end(args);
}

void world_log(struct world *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (w->log) {
        vfprintf(w->log, fmt, args);
        fputc('\n', w->log);
        fflush(w->log);
    }
    va_end(args);
}

/* 64 characters of two columns. */
static void long_name(char *buf, size_t cap)
{
    buf[0] = 0;
    for (int i = 0; i < 64; i++) {
        size_t len = strlen(buf);
        text_format(buf + len, cap - len, "%s", i % 2 ? "像" : "摄");
    }
}

void world_add(struct world *w, const char *name, const char *url, enum tui_state state)
{
    if (w->n == STREAMS_MAX) {
        return;
    }
    struct fake *f = &w->fake[w->n++];
    memset(f, 0, sizeof *f);
    f->id = ++w->last_id;
    text_copy(f->name, sizeof f->name, name);
    text_copy(f->url, sizeof f->url, url);
    f->state = state;
    f->since_us = f->record_us = mono_us();
    f->recording = w->settings.record;
}

static void add_first_streams(struct world *w)
{
    enum { NAMES = sizeof names / sizeof names[0] };
    char name[TUI_NAME_MAX];
    for (size_t i = 0; i < w->settings.streams; i++) {
        if (w->settings.long_names && i == 0) {
            long_name(name, sizeof name);
        } else if (i < NAMES) {
            text_copy(name, sizeof name, names[i]);
        } else {
            text_format(name, sizeof name, "%s-%zu", names[i % NAMES], i / NAMES + 1);
        }
        enum tui_state state =
            w->settings.states ? (enum tui_state)((i + 1) % TUI_STATES) : TUI_LIVE;
        world_add(w, name, "camwall://10.0.0.7/demo", state);
    }
}

/* Ten bars: a white one, the bits of the time in tenths of a second modulo 256, the highest first,
 * white ones for 1, and a white one. */
static int draw_time(struct world *w, struct frame **out)
{
    enum { WIDTH = 640, HEIGHT = 480, BARS = 10, WHITE = 235, BLACK = 16, GREY = 128 };
    unsigned bits = 1u << 9 | (unsigned)(wall_us() / 100000 % 256) << 1 | 1;
    size_t bytes = frame_i420_bytes(WIDTH, HEIGHT);
    int err = frame_new(w->pool, bytes, out);
    if (err) {
        return err;
    }
    struct frame *f = *out;
    f->format = FRAME_I420;
    f->width = WIDTH;
    f->height = HEIGHT;
    f->len = bytes;
    memset(f->data, GREY, bytes);
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
        f->data[i] = bits >> (BARS - 1 - i % WIDTH * BARS / WIDTH) & 1 ? WHITE : BLACK;
    }
    return 0;
}

static struct frame *make_picture(struct world *w, unsigned card, uint32_t number)
{
    struct frame *raw = NULL, *jpeg = NULL;
    int64_t wall = w->settings.still ? 1763800000000000 : wall_us();
    uint64_t at = w->settings.still ? 1000000 : mono_us();
    if (!(w->settings.bars ? draw_time(w, &raw)
                           : testcard_draw(w->card[card], number, at, wall, w->pool, &raw))) {
        mjpeg_enc_frame(w->encoder, raw, 80, w->pool, &jpeg);
    }
    frame_unref(&raw);
    if (jpeg) {
        jpeg->arrival_us = mono_us();
        jpeg->number = number;
    }
    return jpeg;
}

static void draw_cards(void *arg)
{
    struct world *w = arg;
    uint64_t next = mono_ns();
    for (uint32_t number = 1; !stop_wait_until(&w->stop, next); number++) {
        for (unsigned i = 0; i < CARDS; i++) {
            struct frame *f = make_picture(w, i, w->settings.still ? 1 : number);
            pthread_mutex_lock(&w->lock);
            struct frame *before = w->newest[i];
            w->newest[i] = f;
            pthread_mutex_unlock(&w->lock);
            frame_unref(&before);
        }
        if (w->settings.still) {
            break;
        }
        next += NS_PER_S / CARD_FPS;
    }
}

int world_new(struct world **out, const struct world_settings *settings)
{
    static const unsigned sizes[CARDS][2] = {{640, 480}, {640, 360}, {640, 480}, {480, 640}};
    struct world *w = mem_zero(1, sizeof *w);
    if (!w) {
        return -ENOMEM;
    }
    w->settings = *settings;
    w->start_us = mono_us();
    pthread_mutex_init(&w->lock, NULL);
    thread_cond_init(&w->ended);
    w->log = settings->log ? fopen(settings->log, "we") : NULL;
    w->trust_id = settings->trust ? 1 : 0;
    int err = stop_init(&w->stop);
    err = err ? err : frame_pool_new(8, &w->pool);
    err = err ? err : mjpeg_enc_new(&w->encoder);
    for (unsigned i = 0; i < CARDS && !err; i++) {
        err = testcard_new(sizes[i][0], sizes[i][1], names[i == 2 ? 4 : i], &w->card[i]);
    }
    add_first_streams(w);
    err = err ? err : thread_start(&w->thread, "cards", THREAD_STACK_BIG, draw_cards, w);
    if (err) {
        world_free(w);
        return err;
    }
    *out = w;
    return 0;
}

void world_free(struct world *w)
{
    stop_raise(&w->stop);
    thread_join(&w->thread);
    for (unsigned i = 0; i < CARDS; i++) {
        frame_unref(&w->newest[i]);
        testcard_free(w->card[i]);
    }
    mjpeg_enc_free(w->encoder);
    frame_pool_free(w->pool);
    stop_fini(&w->stop);
    if (w->log) {
        fclose(w->log);
    }
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

static const char *why_of(enum tui_state s)
{
    switch (s) {
    case TUI_REFUSED:
        return "not authorized; on the server add to authorized_clients: "
               "SHA256:x7Q2mBv9tTqP0LZc4yJfWkRe8sUaHdNi3oGgYb5XhM1 alice@desk";
    case TUI_LOST:
        return "no answer from 10.0.0.7:9999";
    case TUI_OFFLINE:
        return "the server has no picture from its camera";
    default:
        return "";
    }
}

static double wave(uint64_t us, double period_s, double phase)
{
    return sin((double)us / 1e6 / period_s * 6.2832 + phase);
}

static void fill_figures(const struct world *w, const struct fake *f, struct tui_stream *s,
                         uint64_t us)
{
    double phase = (double)f->id;
    double t = w->settings.still ? 0 : wave(us, 23, phase);
    s->width = f->id % CARDS == 0 ? 480 : 640;
    s->height = f->id % CARDS == 0 ? 640 : f->id % CARDS == 2 ? 360 : 480;
    s->fps = 25 + t * 0.4;
    s->bits_per_second = 7.9e6 + t * 1.5e6;
    s->loss_raw = 0.012 + 0.01 * t;
    s->loss = t > 0.9 ? 0.013 : 0;
    s->packets_repaired = 12 + (w->settings.still ? 0 : (us - f->since_us) / 3000000);
    s->jitter_ms = 1.4 + t * 0.5;
    s->rtt_ms = 12.2 + t * 3;
    s->latency_ms = 38 + t * 8;
}

static void fill_stream(const struct world *w, const struct fake *f, struct tui_stream *s,
                        uint64_t us)
{
    tui_stream_init(s);
    s->id = f->id;
    text_copy(s->name, sizeof s->name, f->name);
    text_copy(s->url, sizeof s->url, f->url);
    s->state = f->state;
    text_copy(s->why, sizeof s->why, why_of(f->state));
    s->next_try_us = f->state == TUI_LOST ? us + 3500000 : 0;
    s->frame_us = f->state == TUI_LIVE ? us : f->state == TUI_STALE ? us - 7000000 : 0;
    if (f->state == TUI_LIVE || f->state == TUI_STALE) {
        fill_figures(w, f, s, us);
        s->legacy = f->id % 7 == 6;
    }
    s->recording = f->recording;
    if (f->recording) {
        s->recorded_s = 761 + (w->settings.still ? 0 : (us - f->record_us) / 1000000);
        s->recorded_bytes = s->recorded_s * 990000;
    }
}

static void fill_trust(const struct world *w, struct tui_trust *t)
{
    memset(t, 0, sizeof *t);
    t->id = w->trust_id;
    t->changed = w->settings.trust == 2;
    t->line = 3;
    text_copy(t->host_port, sizeof t->host_port, "10.0.0.7:9999");
    text_copy(t->fingerprint, sizeof t->fingerprint,
              "SHA256:qE3vN0c8RkXw5yTz1uLmPj7Ha2Fd6SbGo9IiKe4WxUs");
    text_copy(t->remembered, sizeof t->remembered,
              "SHA256:Zr8pLk2nVb6XcQ1wEt5yUi9oAs3dFg7hJ0mNqWeRtYu");
    text_copy(t->file, sizeof t->file, "~/.local/state/camwall/known_servers");
}

static void fill_catalogue(struct world *w, uint64_t us)
{
    struct tui_catalogue *c = &w->catalogue;
    if (!c->host[0] || c->done || us < w->catalogue_us) {
        return;
    }
    c->done = true;
    if (!strcmp(c->host, "nowhere")) {
        text_copy(c->why, sizeof c->why, "no answer");
        return;
    }
    c->n = 3;
    for (size_t i = 0; i < c->n; i++) {
        text_copy(c->camera[i].name, sizeof c->camera[i].name, names[i]);
        c->camera[i].width = 1280;
        c->camera[i].height = 720;
        c->camera[i].fps = 25;
        c->camera[i].offline = i == 2;
    }
}

static void snapshot(void *ctx, struct tui_model *m)
{
    struct world *w = ctx;
    uint64_t us = mono_us();
    size_t recording = 0;
    pthread_mutex_lock(&w->lock);
    if (tui_model_resize(m, w->n) == 0) {
        for (size_t i = 0; i < w->n; i++) {
            fill_stream(w, &w->fake[i], &m->stream[i], us);
            recording += w->fake[i].recording;
        }
    }
    uint64_t from = m->events.last_seq + 1;
    from = w->last_seq >= NEWS_MAX && from + NEWS_MAX <= w->last_seq ? w->last_seq - NEWS_MAX + 1
                                                                     : from;
    for (uint64_t seq = from; seq <= w->last_seq; seq++) {
        const struct tui_event *e = &w->news[seq % NEWS_MAX];
        tui_events_add(&m->events, seq, e->wall_us, e->level, e->text);
    }
    fill_trust(w, &m->trust);
    fill_catalogue(w, us);
    m->catalogue = w->catalogue;
    pthread_mutex_unlock(&w->lock);
    m->disk_known = true;
    m->disk_free_bytes = 83000000000;
    m->record_bytes_per_second = (double)recording * 990000;
    m->can_detach = w->settings.detach;
    m->cpu = 0.12;
}

static bool history(void *ctx, uint64_t stream, struct tui_history *h)
{
    const struct world *w = ctx;
    uint64_t us = w->settings.still ? 0 : mono_us() - w->start_us;
    h->n = TUI_HISTORY;
    for (size_t i = 0; i < h->n; i++) {
        uint64_t at = us + i * 1000000;
        double slow = wave(at, 61, (double)stream), fast = wave(at, 7.3, (double)stream);
        h->bits_per_second[i] = (float)(7.9e6 + slow * 2e6 + fast * 4e5);
        h->fps[i] = (float)(25 + (fast > 0.97 ? -6 : fast * 0.5));
        h->loss[i] = (float)(fast > 0.93 ? 0.012 : 0.001 + 0.001 * slow);
        h->latency_ms[i] = (float)(40 + slow * 12 + fast * 4);
    }
    return stream != 0;
}

static struct frame *newest(void *ctx, uint64_t stream)
{
    struct world *w = ctx;
    pthread_mutex_lock(&w->lock);
    struct frame *f = w->newest[(stream + CARDS - 1) % CARDS];
    f = f ? frame_ref(f) : NULL;
    pthread_mutex_unlock(&w->lock);
    return f;
}

struct tui_source world_source(struct world *w)
{
    return (struct tui_source){w, snapshot, history, newest};
}
