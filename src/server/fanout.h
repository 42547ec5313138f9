/* SPDX-License-Identifier: MIT */
#ifndef SERVER_FANOUT_H
#define SERVER_FANOUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "server/inbox.h"

/* Who watches a camera, by tier. One frame goes to all watchers of its tier by reference. Lock
 * order: fanout before inbox. Any thread. */
enum { FANOUT_LEGACY = PROTO_TIERS, FANOUT_TIERS = PROTO_TIERS + 1 };

struct watcher {
    struct inbox *inbox;
    unsigned tier;
    bool reaches_back; /* may fetch the full tier's history; set before fanout_add() */
    bool counted_back;
    struct watcher *next, *prev;
    bool in;
};

struct fanout {
    pthread_mutex_t lock;
    struct watcher *first[FANOUT_TIERS];
    unsigned n[FANOUT_TIERS];
    unsigned reachers;
    bool lingers;     /* the last one that left could reach back */
    uint64_t left_ns; /* when the last watcher left */
};

int fanout_init(struct fanout *f, uint64_t now_ns);
void fanout_fini(struct fanout *f);

void fanout_add(struct fanout *f, struct watcher *w, unsigned tier); /* moves it if it is in */
void fanout_remove(struct fanout *f, struct watcher *w, uint64_t now_ns);
unsigned fanout_watchers(struct fanout *f, unsigned tier);
/* Is this tier to be made: somebody watches it, or it is the full one and somebody may reach back,
 * or the last one who left may come again and want what was missed. */
bool fanout_wants(struct fanout *f, unsigned tier);
unsigned fanout_all(struct fanout *f, uint64_t *left_ns);   /* left_ns may be NULL */
void fanout_publish(struct fanout *f, struct frame *frame); /* borrows; frame->tier says to whom */
void fanout_say(struct fanout *f, enum inbox_word word);

#endif
