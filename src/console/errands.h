/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_ERRANDS_H
#define CONSOLE_ERRANDS_H

/* What a key starts and what may wait for a disk or a network: done by a thread of its own, one
 * after the other, from a bounded queue (newest dropped, which is logged). */
struct errands;

/* An errand; run frees ctx. Runs also when the queue ends, unless it was dropped: then drop. */
struct errand {
    void (*run)(void *ctx);
    void (*drop)(void *ctx);
    void *ctx;
};

int errands_start(struct errands **out);
void errands_send(struct errands *e, const struct errand *what); /* any thread; returns at once */
void errands_stop(struct errands *e);                            /* waits for those under way */

#endif
