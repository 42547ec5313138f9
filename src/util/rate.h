/* SPDX-License-Identifier: MIT */
#ifndef UTIL_RATE_H
#define UTIL_RATE_H

#include <stdint.h>

enum { RATE_SLOTS = 20 };

/* A sum over a sliding window (2 s in slots of 100 ms). Plain value, one thread at a time. */
struct rate {
    uint64_t slot[RATE_SLOTS];
    uint64_t newest; /* index of the newest slot since time 0 */
    uint64_t first;  /* index of the first slot ever used, so that a young counter is right too */
};

void rate_init(struct rate *r);
void rate_add(struct rate *r, uint64_t now_ns, uint64_t amount);
double rate_per_second(struct rate *r, uint64_t now_ns);

#endif
