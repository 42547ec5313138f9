/* SPDX-License-Identifier: MIT */
#include "server/repeat.h"

#include <string.h>

void repeat_earn(struct repeat_budget *b, uint64_t media_bytes)
{
    b->bytes += (int64_t)(media_bytes / REPEAT_SHARE);
    if (b->bytes > REPEAT_SAVED_MAX)
        b->bytes = REPEAT_SAVED_MAX;
}

bool repeat_has(const struct repeat_budget *b, uint64_t bytes)
{
    return b->bytes >= (int64_t)bytes;
}

bool repeat_spend(struct repeat_budget *b, uint64_t bytes)
{
    if (!repeat_has(b, bytes))
        return false;
    b->bytes -= (int64_t)bytes;
    return true;
}

/* The frame's place; a new one, or one whose interval is over, starts empty. */
static unsigned place(struct repeat_memory *m, uint8_t tier, uint32_t frame, uint64_t interval_ns,
                      uint64_t now_ns)
{
    unsigned i;
    for (i = 0; i < REPEAT_FRAMES; i++)
        if (m->frame[i].used && m->frame[i].frame == frame && m->frame[i].tier == tier)
            break;
    if (i < REPEAT_FRAMES && now_ns - m->frame[i].at_ns < interval_ns)
        return i;
    if (i == REPEAT_FRAMES) {
        i = m->next;
        m->next = (m->next + 1) % REPEAT_FRAMES;
    }
    memset(&m->frame[i], 0, sizeof m->frame[i]);
    m->frame[i].used = true;
    m->frame[i].tier = tier;
    m->frame[i].frame = frame;
    m->frame[i].at_ns = now_ns;
    return i;
}

bool repeat_allowed(struct repeat_memory *m, uint8_t tier, uint32_t frame, uint16_t index,
                    uint64_t interval_ns, uint64_t now_ns)
{
    if (index >= PROTO_FRAGMENTS_MAX)
        return false;
    uint64_t *word = &m->frame[place(m, tier, frame, interval_ns, now_ns)].bits[index / 64];
    uint64_t bit = UINT64_C(1) << index % 64;
    bool again = *word & bit;
    *word |= bit;
    return !again;
}
