/* SPDX-License-Identifier: MIT */
#include "util/rate.h"

#include <stddef.h>

#include "util/mono.h"

#define SLOT_NS (100 * NS_PER_MS)
#define NEVER   UINT64_MAX

void rate_init(struct rate *r)
{
    *r = (struct rate){.first = NEVER};
}

/* Empties the slots between the newest one and now's. A time before the newest counts as it. */
static void advance(struct rate *r, uint64_t now_ns)
{
    uint64_t slot = now_ns / SLOT_NS;
    if (slot <= r->newest)
        return;
    uint64_t steps = slot - r->newest;
    if (steps > RATE_SLOTS)
        steps = RATE_SLOTS;
    for (uint64_t i = 0; i < steps; i++)
        r->slot[(slot - i) % RATE_SLOTS] = 0;
    r->newest = slot;
}

void rate_add(struct rate *r, uint64_t now_ns, uint64_t amount)
{
    advance(r, now_ns);
    if (r->first == NEVER)
        r->first = r->newest;
    r->slot[r->newest % RATE_SLOTS] += amount;
}

double rate_per_second(struct rate *r, uint64_t now_ns)
{
    if (r->first == NEVER)
        return 0;
    advance(r, now_ns);
    uint64_t oldest = r->newest >= RATE_SLOTS ? r->newest - RATE_SLOTS + 1 : 0;
    if (oldest < r->first)
        oldest = r->first;
    uint64_t sum = 0;
    for (size_t i = 0; i < RATE_SLOTS; i++)
        sum += r->slot[i];
    uint64_t begin = oldest * SLOT_NS;
    uint64_t span = now_ns > begin + SLOT_NS ? now_ns - begin : SLOT_NS;
    return (double)sum * (double)NS_PER_S / (double)span;
}
