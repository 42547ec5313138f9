/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_BACKOFF_H
#define RECEIVE_BACKOFF_H

#include <stdint.h>

/* How long to wait before the next try: from 0.5 s, doubling, to 15 s, each up to a quarter longer
 * by chance, so that many streams of one dead server do not come back in step. A plain value. */
struct backoff {
    unsigned tries; /* since the last reset */
    uint64_t rng;
};

#define BACKOFF_SLOW_NS (UINT64_C(15) * 1000000000)

void backoff_init(struct backoff *b, uint64_t seed);
uint64_t backoff_next_ns(struct backoff *b);
void backoff_reset(struct backoff *b);

#endif
