/* SPDX-License-Identifier: MIT */
#include "server/history.h"

#include <string.h>

#include "proto/serial.h"
#include "util/alloc.h"

int history_init(struct history *h, uint64_t keep_ms)
{
    memset(h, 0, sizeof *h);
    for (unsigned i = 0; i < PROTO_TIERS; i++) {
        uint64_t keep = i == 0 && keep_ms > HISTORY_REPAIR_MS ? keep_ms : HISTORY_REPAIR_MS;
        h->tier[i].keep_us = keep * 1000;
        h->tier[i].max_bytes = i == 0 ? HISTORY_BYTES : HISTORY_SMALL_BYTES;
    }
    return -pthread_mutex_init(&h->lock, NULL);
}

static struct frame **slot(const struct history_tier *t, unsigned i)
{
    return &t->at[(t->first + i) % HISTORY_SLOTS];
}

static void drop_oldest(struct history_tier *t)
{
    t->bytes -= (*slot(t, 0))->len;
    frame_unref(slot(t, 0));
    t->first = (t->first + 1) % HISTORY_SLOTS;
    t->n--;
}

void history_clear(struct history *h)
{
    pthread_mutex_lock(&h->lock);
    for (unsigned i = 0; i < PROTO_TIERS; i++)
        while (h->tier[i].n > 0)
            drop_oldest(&h->tier[i]);
    pthread_mutex_unlock(&h->lock);
}

void history_fini(struct history *h)
{
    history_clear(h);
    for (unsigned i = 0; i < PROTO_TIERS; i++)
        mem_free(h->tier[i].at);
    pthread_mutex_destroy(&h->lock);
}

static void make_room(struct history_tier *t, const struct frame *f)
{
    while (t->n > 0 && (t->n == HISTORY_SLOTS || t->bytes + f->len > t->max_bytes ||
                        (*slot(t, 0))->capture_us + t->keep_us < f->capture_us))
        drop_oldest(t);
}

void history_add(struct history *h, struct frame *f)
{
    if (f->tier >= PROTO_TIERS)
        return;
    struct history_tier *t = &h->tier[f->tier];
    pthread_mutex_lock(&h->lock);
    if (!t->at)
        t->at = mem_zero(HISTORY_SLOTS, sizeof *t->at);
    if (t->at && f->len <= t->max_bytes) {
        make_room(t, f);
        *slot(t, t->n++) = frame_ref(f);
        t->bytes += f->len;
    }
    pthread_mutex_unlock(&h->lock);
}

/* The first frame numbered number or later: numbers rise, with gaps where nobody watched. */
static unsigned lower_bound(const struct history_tier *t, uint32_t number)
{
    unsigned low = 0, high = t->n;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (serial_newer(number, (*slot(t, middle))->number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct frame *history_get(struct history *h, unsigned tier, uint32_t number)
{
    struct frame *f = NULL;
    if (tier >= PROTO_TIERS)
        return NULL;
    const struct history_tier *t = &h->tier[tier];
    pthread_mutex_lock(&h->lock);
    unsigned i = lower_bound(t, number);
    if (i < t->n && (*slot(t, i))->number == number)
        f = frame_ref(*slot(t, i));
    pthread_mutex_unlock(&h->lock);
    return f;
}

unsigned history_range(struct history *h, uint32_t from, uint32_t to, struct frame **out,
                       unsigned cap)
{
    const struct history_tier *t = &h->tier[0];
    unsigned n = 0;
    pthread_mutex_lock(&h->lock);
    for (unsigned i = lower_bound(t, from); i < t->n && n < cap; i++) {
        if (serial_newer((*slot(t, i))->number, to))
            break;
        out[n++] = frame_ref(*slot(t, i));
    }
    pthread_mutex_unlock(&h->lock);
    return n;
}
