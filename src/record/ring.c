/* SPDX-License-Identifier: MIT */
#include "record/ring.h"

#include <errno.h>
#include <pthread.h>

#include "util/alloc.h"

struct ring {
    pthread_mutex_t lock; /* over all */
    uint64_t span_us;
    size_t most_bytes, bytes;
    unsigned first, n;
    struct frame *frames[RING_FRAMES];
};

int ring_new(uint64_t span_us, size_t most_bytes, struct ring **out)
{
    struct ring *r = mem_zero(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    pthread_mutex_init(&r->lock, NULL);
    r->span_us = span_us;
    r->most_bytes = most_bytes;
    *out = r;
    return 0;
}

static struct frame *at(const struct ring *r, unsigned i)
{
    return r->frames[(r->first + i) % RING_FRAMES];
}

/* The oldest frame, with its reference. */
static struct frame *take_first(struct ring *r)
{
    struct frame *f = at(r, 0);
    r->first = (r->first + 1) % RING_FRAMES;
    r->n--;
    r->bytes -= f->len;
    return f;
}

static void forget_first(struct ring *r)
{
    struct frame *f = take_first(r);
    frame_unref(&f);
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    while (r->n > 0)
        forget_first(r);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

/* Whether the oldest frame has to go before f may come. */
static bool is_over(const struct ring *r, const struct frame *f)
{
    if (r->n == 0)
        return false;
    const struct frame *newest = at(r, r->n - 1);
    return f->discontinuity || f->capture_us < newest->capture_us || r->n == RING_FRAMES ||
           r->bytes + f->len > r->most_bytes || f->capture_us - at(r, 0)->capture_us > r->span_us;
}

void ring_push(struct ring *r, struct frame *f)
{
    pthread_mutex_lock(&r->lock);
    while (is_over(r, f))
        forget_first(r);
    if (f->len <= r->most_bytes) {
        r->frames[(r->first + r->n++) % RING_FRAMES] = frame_ref(f);
        r->bytes += f->len;
    }
    pthread_mutex_unlock(&r->lock);
}

void ring_pour(struct ring *r, void (*push)(void *ctx, struct frame *f), void *ctx)
{
    pthread_mutex_lock(&r->lock);
    while (r->n > 0) {
        struct frame *f = take_first(r);
        push(ctx, f);
        frame_unref(&f);
    }
    pthread_mutex_unlock(&r->lock);
}
