/* SPDX-License-Identifier: MIT */
#ifndef PROTO_LEGACY_H
#define PROTO_LEGACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"

/* The legacy protocol: CONNECT one way, bare JPEG pieces the other way. A picture is put together
 * from SOI to EOI over datagrams; a torn one is counted and dropped. Markers are followed, not
 * searched for, so that an EOI inside a thumbnail does not end a picture. All pieces of a picture
 * but the last are as long as its first. Pieces have no numbers: that a middle one is missing, only
 * the JPEG decoder can tell. Pure, one thread at a time. */
extern const char LEGACY_CONNECT[7];
bool legacy_is_connect(const uint8_t *dgram, size_t len); /* exactly the 7 bytes */

struct legacy {
    uint8_t *buf; /* owner's, cap bytes */
    size_t cap, len;
    bool inside;
    size_t piece;                     /* length of the picture's first piece */
    size_t at;                        /* markers are followed up to here; may be beyond len */
    bool entropy;                     /* at is inside coded data */
    uint64_t pictures, torn, foreign; /* foreign: datagrams that neither start nor continue one */
};

void legacy_init(struct legacy *l, uint8_t *buf, size_t cap);
/* Adds a datagram. Returns the length of a whole picture now at the start of buf, else 0. The
 * picture stays until the next call. What follows EOI in its datagram is ignored. */
size_t legacy_add(struct legacy *l, const uint8_t *dgram, size_t len);
/* Nothing came for a while: forget a half picture, which counts as torn. */
void legacy_reset(struct legacy *l);

#endif
