/* SPDX-License-Identifier: MIT */
#include "proto/pathstat.h"

#include "util/mono.h"

static void note_base(struct pathstat *p, int64_t way_us, uint64_t now_ns)
{
    if (!p->started || now_ns >= p->period_ns + PATHSTAT_BASE_NS) {
        p->two = p->started;
        p->base[1] = p->base[0];
        p->base[0] = way_us;
        p->period_ns = now_ns;
        p->started = true;
    } else if (way_us < p->base[0]) {
        p->base[0] = way_us;
    }
}

static int64_t base_of(const struct pathstat *p)
{
    return p->two && p->base[1] < p->base[0] ? p->base[1] : p->base[0];
}

static void note_rate(struct pathstat *p, const struct reasm_slot *s)
{
    unsigned live = (unsigned)(s->have - s->repaired);
    if (live < PATHSTAT_FRAGMENTS || s->live_ns < s->first_ns)
        return;
    p->bytes += (uint64_t)s->bytes * (live - 1) / s->count;
    p->spread_ns += s->live_ns - s->first_ns;
}

void pathstat_frame(struct pathstat *p, const struct reasm_slot *s)
{
    if (s->have == s->repaired || (s->flags & FRAGMENT_HISTORY))
        return;
    int64_t way_us = (int64_t)(s->first_ns / NS_PER_US - s->capture_us);
    note_base(p, way_us, s->first_ns);
    if (!p->any || way_us < p->quickest)
        p->quickest = way_us;
    p->any = true;
    note_rate(p, s);
}

static uint32_t capped(uint64_t v)
{
    return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static uint32_t rate_kbps(const struct pathstat *p)
{
    if (p->bytes == 0)
        return 0;
    uint64_t spread_us = p->spread_ns / NS_PER_US;
    uint64_t kbps = p->bytes * 8 * 1000 / (spread_us ? spread_us : 1);
    return capped(kbps ? kbps : 1);
}

struct pathstat_report pathstat_report(struct pathstat *p)
{
    struct pathstat_report r = {.path_kbps = rate_kbps(p)};
    if (p->any)
        r.queue_us = capped((uint64_t)(p->quickest - base_of(p)));
    p->any = false;
    p->bytes = p->spread_ns = 0;
    return r;
}
