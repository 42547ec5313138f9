/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_METERS_H
#define CONSOLE_METERS_H

#include "console/wall.h"
#include "tui/model.h"

/* What is measured once a second, by a thread of its own (asking a disk for its free space may
 * take long): graphs of every stream, and the totals of the program. */
struct meters;

struct meters_totals {
    uint64_t disk_free_bytes;
    bool disk_known;
    double record_bytes_per_second;
    double cpu; /* 0 … cores */
};

/* Borrows both until meters_stop(). */
int meters_start(struct wall *w, const char *directory, struct meters **out);
void meters_stop(struct meters *m);

/* Any thread; they take a short lock. */
void meters_totals(struct meters *m, struct meters_totals *out);
/* False: no such stream. */
bool meters_history(struct meters *m, uint64_t stream, struct tui_history *out);
/* Shares of packets lost before and after repair over the last seconds; NAN: not known. */
void meters_loss(struct meters *m, uint64_t stream, double *raw, double *repaired);

#endif
