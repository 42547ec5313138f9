/* SPDX-License-Identifier: MIT */
#ifndef PROTO_PACE_H
#define PROTO_PACE_H

#include <stdint.h>

/* Spreads a frame's fragments over at most half its interval, in groups a millisecond apart (closer
 * where the interval asks for it). A frame of up to PACE_GROUP fragments leaves at once. A sender
 * that comes late makes up for at most PACE_BURST groups in one go and then keeps the pace, so that
 * a stall here is not a burst at a receiver's socket. Pure, any thread. */
enum { PACE_GROUP = 32, PACE_BURST = 4 };
struct pace {
    uint16_t count, sent; /* fragments of the frame under way */
    uint16_t group;       /* fragments of a step */
    uint64_t next_ns, step_ns;
};

/* interval_ns: from frame to frame; 0: not known. */
void pace_start(struct pace *p, uint16_t count, uint64_t interval_ns, uint64_t now_ns);
/* For a narrow path: spread over all of spread_ns, in groups as small as that takes. */
void pace_start_over(struct pace *p, uint16_t count, uint64_t spread_ns, uint64_t now_ns);
/* How many fragments may leave now, from p->sent on; 0: none before p->next_ns, or all are out.
 * The caller says afterwards how many it sent; fewer, or 0, if the socket was full: the next try
 * is then a step later. */
uint16_t pace_due(const struct pace *p, uint64_t now_ns);
void pace_sent(struct pace *p, uint16_t n, uint64_t now_ns);
uint64_t pace_deadline(const struct pace *p); /* UINT64_MAX: nothing under way */

#endif
