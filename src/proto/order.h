/* SPDX-License-Identifier: MIT */
#ifndef PROTO_ORDER_H
#define PROTO_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"

/* Frames in the order of their numbers, each once: one that came early waits until those before it
 * came, were left out on purpose, or are given up. Holds its owner's handles; pure, one thread. */
enum { ORDER_FRAMES = PROTO_FETCH_MAX, ORDER_BYTES = 64 * 1024 * 1024 };

struct order_slot {
    void *handle; /* NULL: not there */
    uint32_t bytes;
    uint16_t owed; /* packets that were counted as lost with it */
    bool counted;  /* it was counted as incomplete */
    bool left_out;
};

struct order {
    uint32_t next;  /* the one whose turn it is */
    uint32_t floor; /* what is older and not there is given up */
    unsigned held;
    size_t bytes;
    bool delivered;             /* anything since the start */
    uint64_t given_up;          /* frames between others that were delivered */
    uint64_t owed_frames;       /* counted as incomplete, but still waited for … */
    uint64_t owed;              /* … and the packets counted as lost with them */
    uint64_t paid_frames, paid; /* those that came after all */
    struct order_slot slot[ORDER_FRAMES];
};

enum order_verdict {
    ORDER_TAKEN,
    ORDER_UNWANTED, /* too old, or there already; the handle stays the caller's */
    ORDER_FAR,      /* further ahead than can be held: deliver, give up older ones, try again */
};

void order_init(struct order *o);
/* Begins at a number; nothing is held. Counters go on. */
void order_start(struct order *o, uint32_t next);
enum order_verdict order_put(struct order *o, uint32_t number, void *handle, uint32_t bytes);
/* The handle whose turn it is, now the caller's; NULL: its frame is missing, or nothing is held. */
void *order_take(struct order *o);
/* Any handle that is held, oldest first, whatever is missing before it. NULL: none. */
void *order_take_any(struct order *o);

/* Neither there nor delivered, left out or given up. */
bool order_is_missing(const struct order *o, uint32_t number);
/* The last one before end of the missing numbers that belong together: gap others lie between two
 * of them at most. The first one is o->next, when all deliverable was taken. */
uint32_t order_missing_run(const struct order *o, uint32_t end, unsigned gap);
/* from … to - 1 never come, on purpose. */
void order_leave_out(struct order *o, uint32_t from, uint32_t to);
/* Nothing that is missing before that number is waited for any more. */
void order_give_up(struct order *o, uint32_t before);
/* More is held than may be: gives up what the oldest held frame waits for. */
void order_shrink(struct order *o);
/* A missing frame was counted as incomplete, with so many packets lost. */
void order_owe(struct order *o, uint32_t number, uint32_t packets);

#endif
