/* SPDX-License-Identifier: MIT */
#include "util/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/thread.h"

struct entry {
    void *item;
    size_t bytes;
};

struct queue {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t filled, emptied;
    struct entry *ring;
    size_t first; /* index of the oldest entry */
    size_t items, max_items;
    size_t bytes, max_bytes;
    uint64_t pushed, dropped;
    bool closed;
    enum queue_policy policy;
    void (*drop)(void *item);
};

int queue_new(struct queue **out, size_t max_items, size_t max_bytes, enum queue_policy policy,
              void (*drop)(void *item))
{
    if (max_items == 0)
        return -EINVAL;
    struct queue *q = mem_zero(1, sizeof *q);
    struct entry *ring = q ? mem_zero(max_items, sizeof *ring) : NULL;
    if (!ring) {
        mem_free(q);
        return -ENOMEM;
    }
    q->ring = ring;
    q->max_items = max_items;
    q->max_bytes = max_bytes;
    q->policy = policy;
    q->drop = drop;
    pthread_mutex_init(&q->lock, NULL);
    thread_cond_init(&q->filled);
    thread_cond_init(&q->emptied);
    *out = q;
    return 0;
}

static void drop_item(struct queue *q, void *item)
{
    if (q->drop)
        q->drop(item);
}

static void *take_oldest(struct queue *q)
{
    struct entry e = q->ring[q->first];
    q->first = (q->first + 1) % q->max_items;
    q->items--;
    q->bytes -= e.bytes;
    return e.item;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    while (q->items > 0)
        drop_item(q, take_oldest(q));
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->emptied);
    pthread_mutex_destroy(&q->lock);
    mem_free(q->ring);
    mem_free(q);
}

static bool fits(const struct queue *q, size_t bytes)
{
    if (q->items == 0)
        return true;
    if (q->items == q->max_items)
        return false;
    return q->max_bytes == 0 || (bytes <= q->max_bytes && q->bytes <= q->max_bytes - bytes);
}

/* Called with the lock held, which it gives up while it waits or drops. True: there is room now.
 * False: the queue is closed, or the new item is the one to drop. */
static bool make_room(struct queue *q, size_t bytes, bool *dropped)
{
    while (!q->closed && !fits(q, bytes)) {
        if (q->policy == QUEUE_DROP_NEWEST)
            return false;
        if (q->policy == QUEUE_BLOCK) {
            thread_cond_wait(&q->emptied, &q->lock, UINT64_MAX);
            continue;
        }
        void *oldest = take_oldest(q);
        q->dropped++;
        *dropped = true;
        pthread_mutex_unlock(&q->lock);
        drop_item(q, oldest);
        pthread_mutex_lock(&q->lock);
    }
    return !q->closed;
}

int queue_push(struct queue *q, void *item, size_t bytes)
{
    bool dropped = false;
    pthread_mutex_lock(&q->lock);
    bool room = make_room(q, bytes, &dropped);
    bool closed = q->closed;
    if (room) {
        q->ring[(q->first + q->items) % q->max_items] = (struct entry){item, bytes};
        q->items++;
        q->bytes += bytes;
        q->pushed++;
        pthread_cond_signal(&q->filled);
    } else {
        q->dropped++;
    }
    pthread_mutex_unlock(&q->lock);
    if (room)
        return dropped ? 1 : 0;
    drop_item(q, item);
    return closed ? ERR_CLOSED : 1;
}

int queue_pop(struct queue *q, uint64_t deadline_ns, void **item)
{
    int rc = 0;
    pthread_mutex_lock(&q->lock);
    bool in_time = deadline_ns != 0;
    while (q->items == 0 && !q->closed && in_time)
        in_time = thread_cond_wait(&q->filled, &q->lock, deadline_ns);
    if (q->items > 0) {
        *item = take_oldest(q);
        /* A small item may fit where a large one still waits: wake them all to look. */
        pthread_cond_broadcast(&q->emptied);
    } else {
        rc = q->closed ? ERR_CLOSED : -ETIMEDOUT;
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->lock);
}

struct queue_stats queue_stats(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct queue_stats s = {
        .items = q->items, .bytes = q->bytes, .pushed = q->pushed, .dropped = q->dropped};
    pthread_mutex_unlock(&q->lock);
    return s;
}
