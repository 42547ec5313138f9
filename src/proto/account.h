/* SPDX-License-Identifier: MIT */
#ifndef PROTO_ACCOUNT_H
#define PROTO_ACCOUNT_H

#include <stdint.h>

/* Loss and jitter of one stream. */
struct account {
    uint64_t packets;           /* media fragments received, duplicates not counted */
    uint64_t packets_lost;      /* given up: of abandoned frames, and of frames never seen */
    uint64_t packets_repaired;
    uint64_t frames, frames_incomplete;
    double fragments_per_frame; /* smoothed: for frames of which nothing came */
    int64_t transit_us;         /* of the frame before */
    double jitter_us;           /* RFC 3550 section 6.4.1, a sample a frame */
    uint8_t started;
    uint32_t next_frame;
};

void account_init(struct account *a);
/* A frame came whole, or was given up with missing of its fragments missing. Frames numbered
 * between next_frame and this one of which nothing came are counted as lost. */
void account_frame(struct account *a, uint32_t frame, uint16_t count, uint16_t missing,
                   uint64_t capture_us, uint64_t arrival_us);
/* The stream starts anew at another number; nothing in between is lost. */
void account_restart(struct account *a);

#endif
