/* SPDX-License-Identifier: MIT */
#ifndef PROTO_REACH_H
#define PROTO_REACH_H

#include "proto/order.h"
#include "proto/packet.h"
#include "proto/reasm.h"
#include "proto/repair.h"

/* Every frame of the full tier from a number on, in order: live ones as they come; those that live
 * media does not bring are asked for (FETCH) out of the server's history, repaired like live ones,
 * and given up when the history begins behind them or nothing of it comes for REACH_PATIENCE_MS.
 * Pure, one thread. Stays where it is in memory between init and fini. */
enum {
    REACH_PATIENCE_MS = 2000,
    REACH_AGAIN_MS = 300, /* a FETCH that nothing comes of, at least */
};

struct reach {
    bool active;
    struct order order;
    struct reasm past; /* of history frames */
    struct repair repair;
    uint32_t live_from; /* what is older never comes as live media */
    uint64_t least_us;  /* frames captured before are left out */
    uint64_t alive_ns;  /* newest word of the server, of whatever kind; its owner's to set */
    bool ends;
    uint32_t end; /* then the first that is not wanted */

    /* The FETCH under way */
    bool asking, heard;
    uint32_t from, to, newest_heard;
    bool begins; /* the answer's first frame was heard: … */
    uint32_t begin;
    uint64_t asked_ns, heard_ns; /* heard: the newest fragment; first: the first one */
    uint64_t first_ns, progress_ns;
    uint32_t turn; /* the next frame in order … */
    uint64_t turn_ns;
    bool again; /* … was passed by the answer: to be asked for at once */
};

void reach_init(struct reach *r, const struct reasm_owner *memory);
void reach_fini(struct reach *r); /* gives back what it holds */

/* From a number on; live media brings frames from live_from on. Nothing may be held. */
void reach_start(struct reach *r, uint32_t from, uint32_t live_from, uint64_t least_us);
void reach_end_at(struct reach *r, uint32_t end); /* it is over when all before end is settled */
void reach_stop(struct reach *r);                 /* after reach_take_any() gave all */
void reach_session(struct reach *r);              /* another one: what was asked is forgotten */

/* Whether a fragment is for reach_add() rather than for the live reassembly. */
bool reach_wants(const struct reach *r, const struct packet_fragment *f, uint32_t decided);
/* As reasm_add(). */
enum reasm_verdict reach_add(struct reach *r, const struct packet_fragment *f, uint64_t now_ns,
                             struct reasm_slot **slot);
/* A whole frame. Where it is ORDER_FAR, older ones were given up: take them and try again. */
enum order_verdict reach_put(struct reach *r, uint32_t number, uint64_t capture_us, void *handle,
                             uint32_t bytes);

/* The next frame in order, its handle now the caller's; NULL: none yet. */
void *reach_take(struct reach *r);
void *reach_take_any(struct reach *r); /* whatever is missing before it */
bool reach_is_over(const struct reach *r);

/* Gives up what cannot be had; then what to ask now, FETCH or NACK (its bitmap written to bitmap,
 * of cap bytes); false: nothing. decided: live media has had its chance before that number. */
bool reach_next(struct reach *r, uint32_t decided, const struct packet_stream *s,
                const struct repair_path *path, uint64_t now_ns, struct packet *out,
                uint8_t *bitmap, size_t cap);
uint64_t reach_deadline(const struct reach *r, uint32_t decided, const struct repair_path *path);

#endif
