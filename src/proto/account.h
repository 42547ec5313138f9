/* SPDX-License-Identifier: MIT */
#ifndef PROTO_ACCOUNT_H
#define PROTO_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "proto/reasm.h"

/* Loss and jitter of one stream. Running totals: each frame number is counted once, as complete or
 * as incomplete, and what was counted stays counted. A number of which nothing came is counted as
 * lost only when it is certain, see account_settle(). */
struct account {
    uint64_t packets;          /* media fragments received, duplicates not counted */
    uint64_t packets_lost;     /* given up: of abandoned frames, and of frames never seen */
    uint64_t packets_repaired; /* of packets */
    uint64_t frames, frames_incomplete;
    double fragments_per_frame; /* smoothed: for frames of which nothing came */
    int64_t transit_us;         /* of the frame before */
    double jitter_us;           /* RFC 3550 section 6.4.1, a sample a frame */

    /* Told of every frame that is counted as incomplete, with the packets counted as lost; NULL:
     * nobody. Set after account_init(). */
    void (*lost)(void *ctx, uint32_t frame, uint32_t packets);
    void *ctx;

    bool started, timed, marked;
    uint32_t first_frame; /* where counting began: what is older cannot have been lost */
    uint32_t next_frame;  /* oldest undecided number */
    uint32_t newest;      /* newest decided one */
    uint64_t decided[PROTO_FRAME_WINDOW / 64]; /* next_frame … newest */
    uint32_t mark_frame;                       /* the newest at mark_ns */
    uint64_t mark_ns;
};

void account_init(struct account *a);

/* A frame came whole (have == count) or was given up. In any order that keeps to a window of
 * PROTO_FRAME_WINDOW numbers, as reassembly does. */
void account_frame(struct account *a, const struct reasm_slot *s);

/* Counts as lost what is older than before, the oldest frame still in reassembly, and was passed by
 * a decided frame at least window_ns ago (two windows at most). The caller then gives up these
 * numbers, up to next_frame, in its reassembly. */
void account_settle(struct account *a, uint32_t before, uint64_t now_ns, uint64_t window_ns);

/* Decides about everything older than before, at once. */
void account_pass(struct account *a, uint32_t before);

/* from … to - 1 were left out by the sender on purpose: neither complete nor lost. */
void account_leave_out(struct account *a, uint32_t from, uint32_t to);

/* Reassembly began anew, maybe at another number; nothing in between is lost. */
void account_restart(struct account *a);

#endif
