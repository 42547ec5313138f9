/* SPDX-License-Identifier: MIT */
#include "proto/pace.h"

static const uint64_t STEP_MAX_NS = 1000000; /* a group a millisecond, if that is quick enough */

static uint64_t groups_of(uint64_t fragments, uint64_t group)
{
    return (fragments + group - 1) / group;
}

void pace_start(struct pace *p, uint16_t count, uint64_t interval_ns, uint64_t now_ns)
{
    uint64_t steps = count > PACE_GROUP ? groups_of(count, PACE_GROUP) - 1 : 1;
    uint64_t step_ns = interval_ns / 2 / steps;
    if (interval_ns == 0 || step_ns > STEP_MAX_NS)
        step_ns = STEP_MAX_NS;
    *p = (struct pace){.count = count,
                       .group = PACE_GROUP,
                       .next_ns = now_ns,
                       .step_ns = step_ns > 0 ? step_ns : 1};
}

void pace_start_over(struct pace *p, uint16_t count, uint64_t spread_ns, uint64_t now_ns)
{
    uint64_t steps = spread_ns / STEP_MAX_NS + 1;
    uint64_t group = groups_of(count, steps);
    if (count == 0 || group >= PACE_GROUP) {
        pace_start(p, count, 2 * spread_ns, now_ns);
        return;
    }
    *p = (struct pace){.count = count,
                       .group = (uint16_t)group,
                       .next_ns = now_ns,
                       .step_ns = spread_ns / groups_of(count, group)};
}

uint16_t pace_due(const struct pace *p, uint64_t now_ns)
{
    if (p->sent >= p->count || now_ns < p->next_ns)
        return 0;
    uint64_t groups = (now_ns - p->next_ns) / p->step_ns + 1;
    if (groups > PACE_BURST)
        groups = PACE_BURST;
    uint16_t rest = (uint16_t)(p->count - p->sent);
    return rest < groups * p->group ? rest : (uint16_t)(groups * p->group);
}

void pace_sent(struct pace *p, uint16_t n, uint64_t now_ns)
{
    uint16_t rest = (uint16_t)(p->count - p->sent);
    p->sent = (uint16_t)(p->sent + (n < rest ? n : rest));
    p->next_ns += groups_of(n, p->group) * p->step_ns;
    if (p->next_ns <= now_ns)
        p->next_ns = now_ns + p->step_ns;
}

uint64_t pace_deadline(const struct pace *p)
{
    return p->sent < p->count ? p->next_ns : UINT64_MAX;
}
