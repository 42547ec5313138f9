/* SPDX-License-Identifier: MIT */
#ifndef TUIDEMO_WORLD_H
#define TUIDEMO_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "tui/tui.h"
#include "util/stop.h"
#include "util/thread.h"

/* A wall that is not there: streams with moving test cards, figures and states, for trying and
 * testing the screen by itself. Everything a key does is done to it at once, told as an event, and
 * written as a line to a log for tests. */

struct world_settings {
    size_t streams;
    bool states; /* every state once, in turn; else all live */
    bool detach; /* it could go on without a screen */
    bool still;  /* pictures do not move, figures and clocks of it do not change */
    bool record; /* all record from the start */
    bool bars;   /* pictures tell the time: see draw_time() */
    bool long_names;
    int trust;       /* 0: no question; 1: unknown server; 2: changed key */
    const char *log; /* NULL: none */
};

enum { STREAMS_MAX = 256, CARDS = 4, NEWS_MAX = 64 };

struct fake {
    uint64_t id;
    char name[TUI_NAME_MAX], url[TUI_TEXT_MAX];
    enum tui_state state;
    bool recording;
    uint64_t since_us, record_us, next_try_us;
};

struct world {
    struct world_settings settings;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct fake fake[STREAMS_MAX];
    size_t n;
    uint64_t last_id, start_us;
    struct tui_event news[NEWS_MAX]; /* event number i is at i % NEWS_MAX */
    uint64_t last_seq;
    uint64_t trust_id;
    struct tui_catalogue catalogue;
    uint64_t catalogue_us;
    bool has_ended;
    enum tui_end how;
    FILE *log;
    struct frame_pool *pool;
    struct testcard *card[CARDS];
    struct mjpeg_enc *encoder;
    struct frame *newest[CARDS];
    struct stop stop;
    struct thread thread;
};

int world_new(struct world **out, const struct world_settings *settings);
void world_free(struct world *w);
struct tui_source world_source(struct world *w);
struct tui_actions world_actions(struct world *w);

/* Waits for the screen to end, at most until mono_ns() reaches the deadline. */
bool world_wait_end(struct world *w, unsigned long long deadline_ns, enum tui_end *how);
void world_add(struct world *w, const char *name, const char *url,
               enum tui_state state); /* locked */
void world_log(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void world_event(struct world *w, enum tui_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
