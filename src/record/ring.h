/* SPDX-License-Identifier: MIT */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"

/* The last frames of a stream, so that a recording can begin before it was asked for. For streams
 * whose server has no history. Bounded in time, frames and bytes; the oldest go first. Any thread.
 */
enum { RING_FRAMES = 2048 };

struct ring;
int ring_new(uint64_t span_us, size_t most_bytes, struct ring **out);
void ring_free(struct ring *r); /* NULL is fine */
/* Keeps a reference of its own; forgets what is older than the span before it. A frame after a
 * discontinuity, or captured before the last one, forgets all. */
void ring_push(struct ring *r, struct frame *f);
/* Gives the frames to push, oldest first, each lent for the call, and forgets them. Frames that are
 * pushed meanwhile wait, so none is lost or doubled between ring and recorder. */
void ring_pour(struct ring *r, void (*push)(void *ctx, struct frame *f), void *ctx);

#endif
