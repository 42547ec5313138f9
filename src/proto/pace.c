/* SPDX-License-Identifier: MIT */
#include "proto/pace.h"

static const uint64_t STEP_MAX_NS = 1000000; /* a group a millisecond, if that is quick enough */

static uint64_t groups_of(uint64_t fragments)
{
    return (fragments + PACE_GROUP - 1) / PACE_GROUP;
}

void pace_start(struct pace *p, uint16_t count, uint64_t interval_ns, uint64_t now_ns)
{
    uint64_t steps = count > PACE_GROUP ? groups_of(count) - 1 : 1;
    uint64_t step_ns = interval_ns / 2 / steps;
    if (interval_ns == 0 || step_ns > STEP_MAX_NS)
        step_ns = STEP_MAX_NS;
    *p = (struct pace){.count = count, .next_ns = now_ns, .step_ns = step_ns > 0 ? step_ns : 1};
}

uint16_t pace_due(const struct pace *p, uint64_t now_ns)
{
    if (p->sent >= p->count || now_ns < p->next_ns)
        return 0;
    uint64_t groups = (now_ns - p->next_ns) / p->step_ns + 1;
    if (groups > PACE_BURST)
        groups = PACE_BURST;
    uint16_t rest = (uint16_t)(p->count - p->sent);
    return rest < groups * PACE_GROUP ? rest : (uint16_t)(groups * PACE_GROUP);
}

void pace_sent(struct pace *p, uint16_t n, uint64_t now_ns)
{
    uint16_t rest = (uint16_t)(p->count - p->sent);
    p->sent = (uint16_t)(p->sent + (n < rest ? n : rest));
    p->next_ns += groups_of(n) * p->step_ns;
    if (p->next_ns <= now_ns)
        p->next_ns = now_ns + p->step_ns;
}

uint64_t pace_deadline(const struct pace *p)
{
    return p->sent < p->count ? p->next_ns : UINT64_MAX;
}
