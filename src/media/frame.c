/* SPDX-License-Identifier: MIT */
/* A frame is born in frame_new() with count 1, travels by frame_ref()/frame_unref(), and goes back
 * to its pool's free list with its last count. The pool counts its owner and every live frame; the
 * last of them to go frees it, so a frame may outlive the call of frame_pool_free(). */
#include "media/frame.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "util/alloc.h"

enum { GRAIN = 4096 }; /* buffers grow in steps, so that pictures of varying size fit soon */

struct frame_pool {
    pthread_mutex_t lock;
    struct frame *free; /* under the lock, as are the three below */
    unsigned spare, keep;
    bool closed;
    size_t live; /* written under the lock, read atomically */
};

int frame_pool_new(unsigned keep, struct frame_pool **out)
{
    struct frame_pool *p = mem_zero(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    pthread_mutex_init(&p->lock, NULL);
    p->keep = keep;
    *out = p;
    return 0;
}

static void frame_destroy(struct frame *f)
{
    mem_free(f->data);
    mem_free(f);
}

static void pool_destroy(struct frame_pool *p)
{
    while (p->free) {
        struct frame *f = p->free;
        p->free = f->next_free;
        frame_destroy(f);
    }
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

void frame_pool_free(struct frame_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->closed = true;
    bool last = p->live == 0;
    pthread_mutex_unlock(&p->lock);
    if (last)
        pool_destroy(p);
}

size_t frame_pool_live(const struct frame_pool *p)
{
    return __atomic_load_n(&p->live, __ATOMIC_RELAXED);
}

/* Under the lock: one more, or one fewer, frame out there; returns how many. */
static size_t live_add(struct frame_pool *p, int by)
{
    return __atomic_add_fetch(&p->live, (size_t)by, __ATOMIC_RELAXED);
}

/* Under the lock: unlinks the smallest spare frame with room for bytes, else any, else NULL. */
static struct frame *take_spare(struct frame_pool *p, size_t bytes)
{
    struct frame **best = &p->free;
    for (struct frame **at = &p->free; *at; at = &(*at)->next_free) {
        bool fits = (*at)->cap >= bytes;
        bool best_fits = (*best)->cap >= bytes;
        if (fits && (!best_fits || (*at)->cap < (*best)->cap))
            best = at;
    }
    struct frame *f = *best;
    if (f) {
        *best = f->next_free;
        p->spare--;
    }
    return f;
}

/* Room for bytes, all zero. */
static int make_room(struct frame *f, size_t bytes)
{
    if (f->cap >= bytes && f->data) {
        memset(f->data, 0, bytes);
        return 0;
    }
    size_t cap = (bytes / GRAIN + 1) * GRAIN;
    uint8_t *data = cap > bytes ? mem_zero(1, cap) : NULL;
    if (!data)
        return -ENOMEM;
    mem_free(f->data);
    f->data = data;
    f->cap = cap;
    return 0;
}

/* Back to the free list, or away; the last frame of a closed pool takes the pool with it. */
static void give_back(struct frame_pool *p, struct frame *f)
{
    pthread_mutex_lock(&p->lock);
    bool spare = !p->closed && p->spare < p->keep;
    if (spare) {
        f->next_free = p->free;
        p->free = f;
        p->spare++;
    }
    bool last = live_add(p, -1) == 0 && p->closed;
    pthread_mutex_unlock(&p->lock);
    if (!spare)
        frame_destroy(f);
    if (last)
        pool_destroy(p);
}

int frame_new(struct frame_pool *p, size_t bytes, struct frame **out)
{
    pthread_mutex_lock(&p->lock);
    struct frame *f = take_spare(p, bytes);
    live_add(p, 1);
    pthread_mutex_unlock(&p->lock);

    if (!f)
        f = mem_zero(1, sizeof *f);
    int r = f ? make_room(f, bytes) : -ENOMEM;
    if (r < 0) {
        pthread_mutex_lock(&p->lock);
        live_add(p, -1);
        pthread_mutex_unlock(&p->lock);
        if (f)
            frame_destroy(f);
        return r;
    }
    *f = (struct frame){.data = f->data, .cap = f->cap, .pool = p, .refs = 1};
    *out = f;
    return 0;
}

struct frame *frame_ref(struct frame *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
    return f;
}

void frame_unref(struct frame **frame)
{
    struct frame *f = *frame;
    *frame = NULL;
    /* Release: what this thread read happens before reuse; acquire: and so did all the others. */
    if (f && __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) == 0)
        give_back(f->pool, f);
}

void frame_drop(void *f)
{
    struct frame *frame = f;
    frame_unref(&frame);
}

bool frame_alone(const struct frame *f)
{
    return __atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) == 1;
}

void frame_copy_facts(struct frame *to, const struct frame *from)
{
    to->tier = from->tier;
    to->history = from->history;
    to->discontinuity = from->discontinuity;
    to->number = from->number;
    to->capture_us = from->capture_us;
    to->wall_us = from->wall_us;
    to->arrival_us = from->arrival_us;
}

size_t frame_i420_bytes(unsigned width, unsigned height)
{
    size_t chroma = (size_t)((width + 1) / 2) * ((height + 1) / 2);
    return (size_t)width * height + 2 * chroma;
}

void frame_i420_planes(const struct frame *f, uint8_t *plane[3], int stride[3])
{
    unsigned half_width = (f->width + 1u) / 2, half_height = (f->height + 1u) / 2;
    plane[0] = f->data;
    plane[1] = plane[0] + (size_t)f->width * f->height;
    plane[2] = plane[1] + (size_t)half_width * half_height;
    stride[0] = f->width;
    stride[1] = stride[2] = (int)half_width;
}
