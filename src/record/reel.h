/* SPDX-License-Identifier: MIT */
#ifndef RECORD_REEL_H
#define RECORD_REEL_H

#include "media/frame.h"
#include "record/recorder.h"

/* What a recorder's thread does with frames: a reel has one open file or none. The first frame
 * opens one, the first frame that belongs to another ends it, and the closer gives it its name.
 * Whatever the disk does, the reel goes on: it leaves frames out, says so once, and tries again.
 * One thread. */
struct reel;
int reel_new(const struct recorder_settings *s, struct reel **out);
/* The next frame; borrowed. */
void reel_take(struct reel *r, const struct frame *f);
/* Nothing came for a while: what is there goes to the kernel, and a file whose cut is past ends. */
void reel_idle(struct reel *r);
/* Ends the open file. */
void reel_end(struct reel *r);
/* Waits until all files are finished; frees. NULL is fine. */
void reel_free(struct reel *r);
/* What recorder_status tells, but for the queue; dropped are those without a file. */
const struct recorder_status *reel_status(const struct reel *r);

#endif
