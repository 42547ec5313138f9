/* SPDX-License-Identifier: MIT */
#ifndef SERVER_REPEAT_H
#define SERVER_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"

/* What a session may repeat, and how often. Pure: the time comes in. One thread. */

/* Repairs live on a share of the media that was sent, saved up to a limit. */
struct repeat_budget {
    int64_t bytes;
};
enum {
    REPEAT_SHARE = 4, /* a quarter of the media rate */
    REPEAT_SAVED_MAX = 512 * 1024,
    REPEAT_FIRST = 64 * 1024, /* before any media has been sent */
};
void repeat_earn(struct repeat_budget *b, uint64_t media_bytes);
bool repeat_has(const struct repeat_budget *b, uint64_t bytes);
bool repeat_spend(struct repeat_budget *b, uint64_t bytes); /* false: not enough is left */

/* A fragment is repeated at most once per half round trip. */
enum { REPEAT_FRAMES = 8 };
struct repeat_memory {
    struct {
        bool used;
        uint8_t tier;
        uint32_t frame;
        uint64_t at_ns;
        uint64_t bits[PROTO_FRAGMENTS_MAX / 64];
    } frame[REPEAT_FRAMES];
    unsigned next;
};
/* True once per fragment and interval; then it is remembered. */
bool repeat_allowed(struct repeat_memory *m, uint8_t tier, uint32_t frame, uint16_t index,
                    uint64_t interval_ns, uint64_t now_ns);

#endif
