/* SPDX-License-Identifier: MIT */
#ifndef UTIL_QUEUE_H
#define UTIL_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/* What happens to a push that finds the queue full. */
enum queue_policy { QUEUE_BLOCK, QUEUE_DROP_OLDEST, QUEUE_DROP_NEWEST };

struct queue;

struct queue_stats {
    size_t items, bytes;      /* now */
    uint64_t pushed, dropped; /* since it was made */
};

/* A bounded queue of pointers. Full means: max_items or max_bytes would be passed (a single item
 * larger than max_bytes still fits into an empty queue; max_bytes 0: only items are counted). drop
 * is called for whatever is thrown away, outside the lock, and for what is left when the queue is
 * freed. */
int queue_new(struct queue **out, size_t max_items, size_t max_bytes, enum queue_policy policy,
              void (*drop)(void *item));
void queue_free(struct queue *q);

/* Takes the item, also when it is dropped. Returns 0, 1 if something was dropped for it, or
 * ERR_CLOSED (the item was dropped). Any thread. */
int queue_push(struct queue *q, void *item, size_t bytes);

/* Gives the oldest item to the caller. deadline_ns: absolute mono_ns(), 0 = do not wait,
 * UINT64_MAX = for ever. Returns 0, -ETIMEDOUT, or ERR_CLOSED once closed and empty. */
int queue_pop(struct queue *q, uint64_t deadline_ns, void **item);

/* No more pushes; pops drain what is left. */
void queue_close(struct queue *q);
struct queue_stats queue_stats(struct queue *q);

#endif
