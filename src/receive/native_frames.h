/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_NATIVE_FRAMES_H
#define RECEIVE_NATIVE_FRAMES_H

#include "proto/talk_client.h"
#include "receive/feed.h"

/* Of feed_native: from reassembled bytes to checked frames, and from its accounts to the status. */

/* Frames' memory out of the receiver's pool. */
struct reasm_owner native_memory(struct receiver *r);

/* A whole frame; takes its handle. One that is not a JPEG of the announced size is counted and
 * dropped before anything else looks at it; of others a new reference is returned if it is to be
 * kept, else NULL. */
struct frame *native_frame(struct receiver *r, const struct talk_client *t,
                           const struct reasm_slot *slot, bool keep, uint64_t now_ns);

void native_counters(struct receiver *r, const struct talk_client *t);

#endif
