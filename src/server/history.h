/* SPDX-License-Identifier: MIT */
#ifndef SERVER_HISTORY_H
#define SERVER_HISTORY_H

#include <pthread.h>
#include <stdint.h>

#include "media/frame.h"
#include "proto/limits.h"

/* The recent encoded frames of a camera, tier by tier, shared by all its clients: what was lost is
 * repeated from here, and clients reach back into the full tier. Holds references only. Any
 * thread; its lock is a leaf. */
enum {
    HISTORY_SLOTS = 4096,     /* frames of a tier at most */
    HISTORY_REPAIR_MS = 2500, /* what repair needs at least: the longest window and a way */
    HISTORY_BYTES = 64 * 1024 * 1024,
    HISTORY_SMALL_BYTES = 16 * 1024 * 1024,
};

struct history_tier {
    struct frame **at; /* ring of HISTORY_SLOTS, made with its first frame */
    unsigned first, n;
    size_t bytes, max_bytes;
    uint64_t keep_us;
};

struct history {
    pthread_mutex_t lock;
    struct history_tier tier[PROTO_TIERS];
};

/* keep_ms: how long frames of the full tier are kept; others are kept as long as repair needs. */
int history_init(struct history *h, uint64_t keep_ms);
void history_fini(struct history *h);
void history_clear(struct history *h);

/* Takes a reference of its own; numbers of a tier rise. What is too old or too much goes. */
void history_add(struct history *h, struct frame *f);
/* A new reference, or NULL when it is not there. */
struct frame *history_get(struct history *h, unsigned tier, uint32_t number);
/* New references of the full tier's frames numbered from … to that are there, oldest first; at most
 * cap. Returns how many. */
unsigned history_range(struct history *h, uint32_t from, uint32_t to, struct frame **out,
                       unsigned cap);

#endif
