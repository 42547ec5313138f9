/* SPDX-License-Identifier: MIT */
#ifndef PROTO_REASM_H
#define PROTO_REASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/packet.h"

/* Puts frames together from fragments that come in any order, twice or never. Holds at most
 * PROTO_REASM_FRAMES frames and PROTO_REASM_BYTES; the memory of a frame comes from its owner.
 * One thread at a time. */
struct reasm_slot {
    bool used;
    uint8_t tier, flags; /* flags of all its fragments together */
    uint32_t frame;
    uint16_t count, have;
    uint16_t repaired; /* of have: came as repairs */
    uint16_t stride;
    uint32_t bytes;
    uint64_t capture_us;
    uint64_t first_ns, last_ns; /* arrival of its first and newest fragment */
    uint64_t live_ns;           /* arrival of its newest fragment that was no repair; 0: none */
    uint16_t highest;           /* highest index seen */
    uint8_t *data;              /* bytes long; owner's */
    void *handle;               /* owner's */
    uint64_t have_bits[PROTO_FRAGMENTS_MAX / 64];
};

struct reasm_owner {
    void *ctx;
    /* Memory for a frame of that many bytes: 0 and *data, *handle, or a negative code. */
    int (*take)(void *ctx, uint32_t bytes, uint8_t **data, void **handle);
    void (*give_back)(void *ctx, void *handle);
    /* A frame is given up; the slot is only to be read. May be NULL. */
    void (*abandoned)(void *ctx, const struct reasm_slot *slot);
};

/* Why a fragment was not used; counted by index. */
enum reasm_verdict {
    REASM_KEPT,     /* wanted more */
    REASM_COMPLETE, /* the last one: *slot is the whole frame */
    REASM_DUPLICATE,
    REASM_LATE,     /* of a frame that is done or given up */
    REASM_BAD,      /* impossible count, index, length or payload */
    REASM_CONFLICT, /* differs from the frame's other fragments */
    REASM_FOREIGN,  /* nothing announced, number outside the window, or other tier than announced */
    REASM_NO_MEMORY, /* the owner gave none, or newer frames fill all slots */
    REASM_VERDICTS
};

struct reasm {
    struct reasm_slot slot[PROTO_REASM_FRAMES];
    struct reasm_owner owner;
    uint16_t stride;        /* 0: nothing announced */
    uint8_t tier, old_tier; /* old_tier holds for frames before switch_frame */
    uint32_t switch_frame;
    bool started;
    uint32_t newest;  /* newest frame number seen */
    uint64_t seen_ns; /* when a number inside the window came last */
    /* Completed and abandoned frames of newest - PROTO_FRAME_WINDOW + 1 … newest. */
    uint64_t done_bits[PROTO_FRAME_WINDOW / 64];
    size_t bytes; /* held now */
    uint64_t count[REASM_VERDICTS];
    uint64_t restarts; /* whoever counts frame numbers begins anew with each */
    uint64_t frames_complete, frames_abandoned, fragments_missing; /* missing: of abandoned ones */
};

void reasm_init(struct reasm *r, const struct reasm_owner *owner);
void reasm_fini(struct reasm *r); /* gives everything back */

/* What STREAM says. Frames from next_frame on are of this tier; the tier before stays welcome for
 * older numbers. Another stride gives up what is held; a next_frame outside the window of the
 * newest number lets the stream begin anew. */
void reasm_announce(struct reasm *r, uint8_t tier, uint16_t stride, uint32_t next_frame);
void reasm_unannounce(struct reasm *r); /* a new session: wait for its STREAM */
void reasm_restart(struct reasm *r);    /* the server started anew */

/* Frames from … to are asked for once more: they are taken though they were given up, and nothing
 * of them is foreign. */
void reasm_expect(struct reasm *r, uint32_t from, uint32_t to);

/* Uses one fragment. On REASM_COMPLETE *slot points at the finished frame: its handle is now the
 * caller's, and the slot is free again at the next call.
 * A number outside the window is foreign, unless nothing inside it came for PROTO_SILENCE_MS: then
 * the stream has moved on and begins anew there. */
enum reasm_verdict reasm_add(struct reasm *r, const struct packet_fragment *f, uint64_t now_ns,
                             struct reasm_slot **slot);

/* Gives up frames whose newest fragment is window old or older; returns how many. */
unsigned reasm_expire(struct reasm *r, uint64_t now_ns, uint64_t window_ns);

/* When reasm_expire will next have something to do; UINT64_MAX: nothing is held. */
uint64_t reasm_deadline(const struct reasm *r, uint64_t window_ns);

/* Oldest frame held; newest + 1 when none is. */
uint32_t reasm_oldest(const struct reasm *r);

/* A held frame, or NULL. */
const struct reasm_slot *reasm_find(const struct reasm *r, uint32_t frame);

/* Neither held nor done: a fragment of it would be taken. */
bool reasm_is_unseen(const struct reasm *r, uint32_t frame);

/* Frames from … to - 1, none of them held, are not waited for any more: REASM_LATE from now on. */
void reasm_give_up(struct reasm *r, uint32_t from, uint32_t to);

/* The missing ones of a held frame's fragments *first … end - 1 as a NACK bitmap: *first becomes
 * the first missing one, the length in bytes is returned (0: none is missing), trailing zero bytes
 * are cut. What does not fit cap is left out. */
size_t reasm_missing(const struct reasm_slot *s, uint16_t *first, uint16_t end, uint8_t *bitmap,
                     size_t cap);

#endif
