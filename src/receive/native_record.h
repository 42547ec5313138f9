/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_NATIVE_RECORD_H
#define RECEIVE_NATIVE_RECORD_H

#include "proto/talk_client.h"
#include "receive/feed.h"

/* Of feed_native: recordings and stills, from what the owner wants to what the conversation brings.
 * The receiver's thread only. */
struct native_record {
    uint64_t epoch;     /* of the recording under way */
    bool discontinuity; /* its next frame begins anew */
    bool on_still;      /* what comes is a still picture, not a recording */
    bool still_came, still_due;
};

/* Whether full size is wanted for a recording, as far as it got. */
bool native_record_wants(struct receiver *r, const struct native_record *n,
                         const struct talk_client *t);
/* Begins and ends what is wanted. */
void native_record_step(struct receiver *r, struct native_record *n, struct talk_client *t,
                        uint64_t now_ns);
/* From talk_client's on_record; takes the frame. NULL: it is over. */
void native_recorded(struct receiver *r, struct native_record *n, struct frame *f);

#endif
