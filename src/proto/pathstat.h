/* SPDX-License-Identifier: MIT */
#ifndef PROTO_PATHSTAT_H
#define PROTO_PATHSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/reasm.h"

/* What frames tell a client about the path they came by, for its REPORT: how long they wait in
 * queues, and how fast a frame's fragments follow each other, which is the rate of the narrowest
 * hop when that is less than the rate they were sent at. Clocks need not agree: only differences
 * count. Pure, one thread. */
#define PATHSTAT_BASE_NS                                                                           \
    UINT64_C(30000000000)        /* the quickest of one to two of these is the base                \
                                  */
enum { PATHSTAT_FRAGMENTS = 4 }; /* a smaller frame says nothing about the rate */

struct pathstat {
    bool started;       /* base[0] holds a sample */
    bool two;           /* … and base[1] too */
    int64_t base[2];    /* quickest way of this period, and of the one before, us */
    uint64_t period_ns; /* when this period began */
    bool any;           /* a frame came since the last report */
    int64_t quickest;   /* of those, us */
    uint64_t bytes;     /* of large frames since the last report, but their first fragments */
    uint64_t spread_ns; /* … and how long those took */
};

/* A frame came whole or was given up; those of the history, and those of which nothing came
 * unasked, say nothing. */
void pathstat_frame(struct pathstat *p, const struct reasm_slot *s);

struct pathstat_report {
    uint32_t queue_us, path_kbps; /* as in REPORT */
};
/* Since the last call. */
struct pathstat_report pathstat_report(struct pathstat *p);

#endif
