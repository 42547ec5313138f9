/* SPDX-License-Identifier: MIT */
#ifndef PROTO_PACE_H
#define PROTO_PACE_H

#include <stdint.h>

/* Spreads a frame's fragments over at most half its interval, in groups. A frame of up to
 * PACE_GROUP fragments leaves at once. */
enum { PACE_GROUP = 16 };
struct pace {
    uint16_t count, sent;       /* fragments of the frame under way */
    uint64_t next_ns, step_ns;
};

void pace_start(struct pace *p, uint16_t count, uint64_t interval_ns, uint64_t now_ns);
/* How many fragments may leave now, from p->sent on; 0: none before p->next_ns, or all are out.
 * The caller says afterwards how many it sent. */
uint16_t pace_due(const struct pace *p, uint64_t now_ns);
void pace_sent(struct pace *p, uint16_t n, uint64_t now_ns);
uint64_t pace_deadline(const struct pace *p); /* UINT64_MAX: nothing under way */

#endif
