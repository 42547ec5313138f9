/* SPDX-License-Identifier: MIT */
#ifndef NET_NETMODEL_H
#define NET_NETMODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One model of a bad network, seeded, used by net/simlink and by the relay of tests/tools: it says
 * of each datagram whether and when it arrives. Pure; the same seed gives the same trace. */
struct netmodel_settings {
    double loss;                        /* 0 … 1, each datagram for itself */
    double burst_loss;                  /* share lost in bursts … */
    unsigned burst_len;                 /* … of this many datagrams on average (Gilbert) */
    double duplicate, corrupt, reorder; /* 0 … 1 */
    uint64_t delay_ns, jitter_ns, reorder_ns;
    uint64_t rate_bps; /* 0: no limit */
    uint64_t queue_ns; /* longest queue before the rate limit; 0: 100 ms */
};

struct netmodel {
    struct netmodel_settings s;
    uint64_t rng[2];
    bool in_burst;
    uint64_t busy_until_ns;
    uint64_t passed, lost, duplicated, corrupted, overflowed;
};

enum { NETMODEL_COPIES = 2 };
struct netmodel_fate {
    unsigned copies;                 /* 0: lost */
    uint64_t at_ns[NETMODEL_COPIES]; /* arrival of each */
    int corrupt_byte;                /* index to flip in the first copy, -1: none */
};

void netmodel_init(struct netmodel *m, const struct netmodel_settings *s, uint64_t seed);
void netmodel_change(struct netmodel *m, const struct netmodel_settings *s);
struct netmodel_fate netmodel_pass(struct netmodel *m, size_t len, uint64_t now_ns);
uint64_t netmodel_random(struct netmodel *m);

#endif
