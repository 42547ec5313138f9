/* SPDX-License-Identifier: MIT */
#include "receive/backoff.h"

#include "util/mono.h"

void backoff_init(struct backoff *b, uint64_t seed)
{
    *b = (struct backoff){.rng = seed | 1};
}

/* xorshift64 (Marsaglia 2003): chance enough to keep streams apart. */
static uint64_t chance(struct backoff *b)
{
    b->rng ^= b->rng << 13;
    b->rng ^= b->rng >> 7;
    b->rng ^= b->rng << 17;
    return b->rng;
}

uint64_t backoff_next_ns(struct backoff *b)
{
    static const unsigned step_ms[] = {500, 1000, 2000, 4000, 8000, 12000};
    enum { STEPS = sizeof(step_ms) / sizeof(step_ms[0]) };

    unsigned step = step_ms[b->tries < STEPS ? b->tries : STEPS - 1];
    if (b->tries < STEPS)
        b->tries++;
    return (step + chance(b) % (step / 4 + 1)) * NS_PER_MS;
}

void backoff_reset(struct backoff *b)
{
    b->tries = 0;
}
