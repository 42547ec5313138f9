/* SPDX-License-Identifier: MIT */
#include "console/eventlog.h"

#include <errno.h>
#include <pthread.h>

#include "util/alloc.h"
#include "util/log.h"
#include "util/text.h"

struct eventlog {
    pthread_mutex_t lock;
    struct tui_event ring[TUI_EVENTS];
    uint64_t newest; /* number of the newest event; 0: none yet */
};

static enum tui_level level_of(enum log_level level)
{
    if (level >= LOG_LEVEL_ERROR)
        return TUI_ERROR;
    return level == LOG_LEVEL_WARNING ? TUI_WARNING : TUI_NOTE;
}

static void on_line(void *ctx, enum log_level level, int64_t at_us, const char *message)
{
    struct eventlog *e = ctx;

    if (level < LOG_LEVEL_INFO)
        return;
    pthread_mutex_lock(&e->lock);
    struct tui_event *to = &e->ring[e->newest++ % TUI_EVENTS];
    to->wall_us = at_us;
    to->level = level_of(level);
    text_copy(to->text, sizeof(to->text), message);
    pthread_mutex_unlock(&e->lock);
}

int eventlog_new(struct eventlog **out)
{
    struct eventlog *e = mem_zero(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    pthread_mutex_init(&e->lock, NULL);
    log_set_hook(on_line, e);
    *out = e;
    return 0;
}

void eventlog_free(struct eventlog *e)
{
    if (!e)
        return;
    log_set_hook(NULL, NULL);
    pthread_mutex_destroy(&e->lock);
    mem_free(e);
}

void eventlog_read(struct eventlog *e, struct tui_events *to)
{
    pthread_mutex_lock(&e->lock);
    uint64_t oldest = e->newest > TUI_EVENTS ? e->newest - TUI_EVENTS : 0;
    for (uint64_t i = to->last_seq > oldest ? to->last_seq : oldest; i < e->newest; i++) {
        const struct tui_event *from = &e->ring[i % TUI_EVENTS];
        tui_events_add(to, i + 1, from->wall_us, from->level, from->text);
    }
    pthread_mutex_unlock(&e->lock);
}
