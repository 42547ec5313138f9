/* SPDX-License-Identifier: MIT */
#include "tui/freezer.h"

void freezer_init(struct freezer *f)
{
    *f = (struct freezer){.n = 0};
    pthread_mutex_init(&f->lock, NULL);
}

void freezer_fini(struct freezer *f)
{
    for (size_t i = 0; i < f->n; i++) {
        frame_unref(&f->held[i].frame);
    }
    f->n = 0;
    pthread_mutex_destroy(&f->lock);
}

static size_t find(const struct freezer *f, uint64_t stream)
{
    size_t i = 0;
    while (i < f->n && f->held[i].stream != stream) {
        i++;
    }
    return i;
}

static void drop(struct freezer *f, size_t at)
{
    frame_unref(&f->held[at].frame);
    for (f->n--; at < f->n; at++) {
        f->held[at] = f->held[at + 1];
    }
}

void freezer_hold(struct freezer *f, uint64_t stream, struct frame *frame)
{
    pthread_mutex_lock(&f->lock);
    size_t at = find(f, stream);
    if (at < f->n) {
        drop(f, at);
    }
    if (f->n == FREEZER_FRAMES) {
        drop(f, 0);
    }
    f->held[f->n].stream = stream;
    f->held[f->n++].frame = frame;
    pthread_mutex_unlock(&f->lock);
}

bool freezer_release(struct freezer *f, uint64_t stream)
{
    pthread_mutex_lock(&f->lock);
    size_t at = find(f, stream);
    bool held = at < f->n;
    if (held) {
        drop(f, at);
    }
    pthread_mutex_unlock(&f->lock);
    return held;
}

void freezer_prune(struct freezer *f, bool (*alive)(const void *ctx, uint64_t stream),
                   const void *ctx)
{
    pthread_mutex_lock(&f->lock);
    for (size_t i = f->n; i > 0; i--) {
        if (!alive(ctx, f->held[i - 1].stream)) {
            drop(f, i - 1);
        }
    }
    pthread_mutex_unlock(&f->lock);
}

bool freezer_has(struct freezer *f, uint64_t stream)
{
    pthread_mutex_lock(&f->lock);
    bool held = find(f, stream) < f->n;
    pthread_mutex_unlock(&f->lock);
    return held;
}

struct frame *freezer_frame(struct freezer *f, uint64_t stream)
{
    pthread_mutex_lock(&f->lock);
    size_t at = find(f, stream);
    struct frame *frame = at < f->n && f->held[at].frame ? frame_ref(f->held[at].frame) : NULL;
    pthread_mutex_unlock(&f->lock);
    return frame;
}
