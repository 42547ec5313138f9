/* SPDX-License-Identifier: MIT */
#ifndef PROTO_CLOCKSYNC_H
#define PROTO_CLOCKSYNC_H

#include <stdbool.h>
#include <stdint.h>

/* Offset of a peer's clock from ours. The sample with the least round trip of a window decides
 * (queues only ever add); half its round trip bounds the error. */
enum { CLOCKSYNC_SAMPLES = 16 };
struct clocksync {
    struct {
        int64_t offset_us;
        uint64_t rtt_us, at_us;
    } sample[CLOCKSYNC_SAMPLES];
    unsigned n, next;
    int64_t offset_us;          /* peer's clock - ours */
    uint64_t rtt_us, rttvar_us; /* smoothed, RFC 6298 */
};

void clocksync_init(struct clocksync *c);
/* t0 we sent, t1 peer received, t2 peer sent, t3 we received; t0 and t3 ours, t1 and t2 theirs. */
void clocksync_sample(struct clocksync *c, uint64_t t0, uint64_t t1, uint64_t t2, uint64_t t3);
bool clocksync_known(const struct clocksync *c);
/* A time of the peer's clock on ours. */
uint64_t clocksync_ours(const struct clocksync *c, uint64_t theirs_us);

#endif
