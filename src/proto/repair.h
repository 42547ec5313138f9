/* SPDX-License-Identifier: MIT */
#ifndef PROTO_REPAIR_H
#define PROTO_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/reasm.h"

/* When to ask for what is missing. A fragment is missing when a later one of its frame, or one of a
 * later frame, came before it, or when its frame fell silent; it is asked for after the reorder
 * allowance, again after RTT + 4 RTTVar (10 ms at least), as long as an answer would still come
 * within the window. What is asked for is at most a quarter of what came. Pure, one thread. */
enum { REPAIR_FRAMES = 16, REPAIR_BURST = 256 };

struct repair_frame {
    bool used;
    bool asked_whole; /* when nothing of it had come */
    uint32_t frame;
    uint64_t since_ns;  /* when it was known of */
    uint64_t passed_ns; /* when a newer frame was; 0: it is the newest */
    uint64_t gap_ns;    /* when a gap before gap_end was seen */
    uint16_t gap_end;
    uint16_t asked_end; /* what was missing before it has been asked for … */
    uint64_t again_ns;  /* … and will be again then */
};

struct repair {
    struct repair_frame frame[REPAIR_FRAMES];
    bool started;
    uint32_t newest;
    uint32_t budget;       /* quarters of a fragment */
    uint64_t nacks, asked; /* messages, and fragments in them */
};

struct repair_path { /* as measured now */
    uint64_t rtt_ns, rttvar_ns;
    uint64_t reorder_ns; /* allowance */
    uint64_t window_ns;
    unsigned frame_fragments; /* of a usual frame */
};

void repair_init(struct repair *p);
void repair_restart(struct repair *p);               /* the reassembly did; the budget stays */
void repair_expect(struct repair *p, uint32_t from); /* frames from there on will come, in order */

/* After each fragment that reasm_add() took, as REASM_KEPT or REASM_COMPLETE. */
void repair_note(struct repair *p, const struct reasm *r, const struct packet_fragment *f,
                 uint64_t now_ns);

/* The next NACK to send now, oldest frame first; false: none before repair_deadline(). Its bitmap
 * is written to bitmap, of cap bytes. */
bool repair_next(struct repair *p, const struct reasm *r, const struct repair_path *path,
                 uint64_t now_ns, struct packet_nack *out, uint8_t *bitmap, size_t cap);

/* UINT64_MAX: nothing to ask for, or no budget before more fragments came. */
uint64_t repair_deadline(const struct repair *p, const struct reasm *r,
                         const struct repair_path *path);

#endif
