/* SPDX-License-Identifier: MIT */
#ifndef RECORD_KEEPER_H
#define RECORD_KEEPER_H

#include "record/disk.h"
#include "record/hook.h"
#include "record/retention.h"

/* One thread for a directory of recordings: finishes what a crash left, at once and whenever more
 * turns up, and deletes what the limits do not allow, every minute, or within seconds when the free
 * space is under its limit. */
struct keeper_settings {
    const char *directory; /* copied; need not exist yet */
    struct retention_limits limits;
    struct hook *hook;       /* for recovered segments; borrowed; NULL: none */
    const struct disk *disk; /* borrowed; NULL: the real one */
};

struct keeper_status {
    unsigned recovered, unrepaired;   /* leftovers since the start; those that are there now */
    unsigned segments, deleted;       /* finished ones now; deleted since the start */
    uint64_t bytes;                   /* of the finished ones */
    uint64_t free_bytes, total_bytes; /* of the disk; 0: not known */
    uint64_t passes;
};

struct keeper;
int keeper_start(const struct keeper_settings *s, struct keeper **out);
void keeper_poke(struct keeper *k); /* to do all of it now; any thread */
void keeper_status(struct keeper *k, struct keeper_status *out); /* any thread */
void keeper_stop(struct keeper *k);                              /* NULL is fine */

#endif
