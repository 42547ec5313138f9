/* SPDX-License-Identifier: MIT */
#include "server/fanout.h"

#include <string.h>

int fanout_init(struct fanout *f, uint64_t now_ns)
{
    memset(f, 0, sizeof *f);
    f->left_ns = now_ns;
    return -pthread_mutex_init(&f->lock, NULL);
}

void fanout_fini(struct fanout *f)
{
    pthread_mutex_destroy(&f->lock);
}

static void unlink_locked(struct fanout *f, struct watcher *w)
{
    if (w->prev)
        w->prev->next = w->next;
    else
        f->first[w->tier] = w->next;
    if (w->next)
        w->next->prev = w->prev;
    f->n[w->tier]--;
    f->reachers -= w->counted_back;
    w->in = false;
}

void fanout_add(struct fanout *f, struct watcher *w, unsigned tier)
{
    pthread_mutex_lock(&f->lock);
    if (w->in)
        unlink_locked(f, w);
    w->tier = tier;
    w->prev = NULL;
    w->next = f->first[tier];
    if (w->next)
        w->next->prev = w;
    f->first[tier] = w;
    f->n[tier]++;
    w->counted_back = w->reaches_back;
    f->reachers += w->counted_back;
    w->in = true;
    pthread_mutex_unlock(&f->lock);
}

static unsigned all_locked(const struct fanout *f)
{
    unsigned n = 0;
    for (unsigned i = 0; i < FANOUT_TIERS; i++)
        n += f->n[i];
    return n;
}

void fanout_remove(struct fanout *f, struct watcher *w, uint64_t now_ns)
{
    pthread_mutex_lock(&f->lock);
    bool reached_back = w->in && w->counted_back;
    if (w->in)
        unlink_locked(f, w);
    if (all_locked(f) == 0)
        f->left_ns = now_ns;
    f->lingers = reached_back;
    pthread_mutex_unlock(&f->lock);
}

unsigned fanout_watchers(struct fanout *f, unsigned tier)
{
    pthread_mutex_lock(&f->lock);
    unsigned n = f->n[tier];
    pthread_mutex_unlock(&f->lock);
    return n;
}

bool fanout_wants(struct fanout *f, unsigned tier)
{
    pthread_mutex_lock(&f->lock);
    bool reaches = f->reachers > 0 || (f->lingers && all_locked(f) == 0);
    bool wants = f->n[tier] > 0 || (tier == 0 && reaches);
    pthread_mutex_unlock(&f->lock);
    return wants;
}

unsigned fanout_all(struct fanout *f, uint64_t *left_ns)
{
    pthread_mutex_lock(&f->lock);
    unsigned n = all_locked(f);
    if (left_ns)
        *left_ns = f->left_ns;
    pthread_mutex_unlock(&f->lock);
    return n;
}

void fanout_publish(struct fanout *f, struct frame *frame)
{
    pthread_mutex_lock(&f->lock);
    for (struct watcher *w = f->first[frame->tier]; w; w = w->next)
        inbox_put_frame(w->inbox, frame);
    pthread_mutex_unlock(&f->lock);
}

void fanout_say(struct fanout *f, enum inbox_word word)
{
    pthread_mutex_lock(&f->lock);
    for (unsigned i = 0; i < FANOUT_TIERS; i++)
        for (struct watcher *w = f->first[i]; w; w = w->next)
            inbox_say(w->inbox, word);
    pthread_mutex_unlock(&f->lock);
}
