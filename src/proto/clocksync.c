/* SPDX-License-Identifier: MIT */
#include "proto/clocksync.h"

#include <string.h>

void clocksync_init(struct clocksync *c)
{
    memset(c, 0, sizeof *c);
}

bool clocksync_known(const struct clocksync *c)
{
    return c->n > 0;
}

uint64_t clocksync_ours(const struct clocksync *c, uint64_t theirs_us)
{
    return theirs_us - (uint64_t)c->offset_us;
}

static void smooth(struct clocksync *c, uint64_t rtt_us)
{
    if (c->n == 0) {
        c->rtt_us = rtt_us;
        c->rttvar_us = rtt_us / 2;
        return;
    }
    uint64_t off = rtt_us > c->rtt_us ? rtt_us - c->rtt_us : c->rtt_us - rtt_us;
    c->rttvar_us = (3 * c->rttvar_us + off) / 4;
    c->rtt_us = (7 * c->rtt_us + rtt_us) / 8;
}

/* Of equal round trips the newest counts: clocks drift. */
static void choose(struct clocksync *c)
{
    unsigned best = 0;
    for (unsigned i = 1; i < c->n; i++) {
        uint64_t rtt = c->sample[i].rtt_us, least = c->sample[best].rtt_us;
        if (rtt < least || (rtt == least && c->sample[i].at_us > c->sample[best].at_us))
            best = i;
    }
    c->offset_us = c->sample[best].offset_us;
}

void clocksync_sample(struct clocksync *c, uint64_t t0, uint64_t t1, uint64_t t2, uint64_t t3)
{
    if (t3 < t0 || t2 - t1 > t3 - t0)
        return; /* no clock can have shown this; t2 before t1 is huge here */
    uint64_t rtt_us = (t3 - t0) - (t2 - t1);
    smooth(c, rtt_us);
    c->sample[c->next].offset_us = (int64_t)(t1 - t0) / 2 + (int64_t)(t2 - t3) / 2;
    c->sample[c->next].rtt_us = rtt_us;
    c->sample[c->next].at_us = t3;
    c->next = (c->next + 1) % CLOCKSYNC_SAMPLES;
    if (c->n < CLOCKSYNC_SAMPLES)
        c->n++;
    choose(c);
}
