/* SPDX-License-Identifier: MIT */
#ifndef PROTO_REASM_H
#define PROTO_REASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/packet.h"

/* Puts frames together from fragments that come in any order, twice or never. Holds at most
 * PROTO_REASM_FRAMES frames and PROTO_REASM_BYTES; the memory of a frame comes from its owner. */
struct reasm_slot {
    bool used;
    uint8_t tier, flags;
    uint32_t frame;
    uint16_t count, have;
    uint32_t bytes;
    uint64_t capture_us;
    uint64_t first_ns, last_ns; /* arrival of its first and newest fragment */
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
};

/* Why a fragment was not used; counted by index. */
enum reasm_verdict {
    REASM_KEPT,       /* wanted more */
    REASM_COMPLETE,   /* the last one: *slot is the whole frame */
    REASM_DUPLICATE,
    REASM_LATE,       /* of a frame that is done or given up */
    REASM_BAD,        /* impossible count, index, length or payload */
    REASM_CONFLICT,   /* differs from the frame's other fragments */
    REASM_FOREIGN,    /* frame number outside the window, or other tier than announced */
    REASM_NO_MEMORY,
    REASM_VERDICTS
};

struct reasm {
    struct reasm_slot slot[PROTO_REASM_FRAMES];
    struct reasm_owner owner;
    uint16_t stride;
    bool started;
    uint32_t newest;            /* newest frame number seen */
    uint32_t done_base;         /* completed and abandoned frames are remembered in a window … */
    uint64_t done_bits[PROTO_FRAME_WINDOW / 64];
    size_t bytes;               /* held now */
    uint64_t count[REASM_VERDICTS];
    uint64_t frames_complete, frames_abandoned, fragments_missing; /* missing: of abandoned ones */
};

void reasm_init(struct reasm *r, const struct reasm_owner *owner);
void reasm_fini(struct reasm *r);                     /* gives everything back */
void reasm_set_stride(struct reasm *r, uint16_t stride); /* from STREAM */
void reasm_restart(struct reasm *r);                  /* the server started anew */

/* Uses one fragment. On REASM_COMPLETE *slot points at the finished frame: its handle is now the
 * caller's, and the slot is free again at the next call. */
enum reasm_verdict reasm_add(struct reasm *r, const struct packet_fragment *f, uint64_t now_ns,
                             struct reasm_slot **slot);

/* Gives up frames whose newest fragment came before now - window; returns how many. */
unsigned reasm_expire(struct reasm *r, uint64_t now_ns, uint64_t window_ns);

/* When reasm_expire will next have something to do; UINT64_MAX: nothing is held. */
uint64_t reasm_deadline(const struct reasm *r, uint64_t window_ns);

/* The missing fragments of a held frame as a NACK bitmap from fragment *first on; returns its
 * length in bytes, trailing zero bytes cut. */
size_t reasm_missing(const struct reasm_slot *s, uint16_t *first, uint8_t *bitmap, size_t cap);

#endif
