/* SPDX-License-Identifier: MIT */
#include "net/netmodel.h"

#include <string.h>

#define QUEUE_DEFAULT_NS UINT64_C(100000000)
#define NS_PER_SECOND    UINT64_C(1000000000)

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* splitmix64, to spread a seed over the state. */
static uint64_t spread(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* xoroshiro128+ */
uint64_t netmodel_random(struct netmodel *m)
{
    uint64_t a = m->rng[0], b = m->rng[1], result = a + b;
    b ^= a;
    m->rng[0] = rotate(a, 24) ^ b ^ (b << 16);
    m->rng[1] = rotate(b, 37);
    return result;
}

static double uniform(struct netmodel *m)
{
    return (double)(netmodel_random(m) >> 11) * 0x1p-53;
}

/* Draws even when p is 0, so that one setting does not move the others' draws. */
static bool chance(struct netmodel *m, double p)
{
    return uniform(m) < p;
}

void netmodel_init(struct netmodel *m, const struct netmodel_settings *s, uint64_t seed)
{
    memset(m, 0, sizeof *m);
    m->s = *s;
    m->rng[0] = spread(&seed);
    m->rng[1] = spread(&seed);
}

void netmodel_change(struct netmodel *m, const struct netmodel_settings *s)
{
    m->s = *s;
    if (s->burst_loss <= 0)
        m->in_burst = false;
}

/* Gilbert's two states: a burst ends with 1/length, and begins as often as makes the share right.
 */
static bool burst(struct netmodel *m)
{
    double share = m->s.burst_loss;
    double end = m->s.burst_len > 1 ? 1.0 / m->s.burst_len : 1.0;
    double begin = share >= 1 ? 1 : end * share / (1 - share);
    double draw = uniform(m);
    if (share <= 0)
        return false;
    m->in_burst = m->in_burst ? share >= 1 || draw >= end : draw < begin;
    return m->in_burst;
}

/* A bottleneck with a queue: when the last byte is through, or false if the queue is too long. */
static bool bottleneck(struct netmodel *m, size_t len, uint64_t now_ns, uint64_t *through_ns)
{
    *through_ns = now_ns;
    if (m->s.rate_bps == 0)
        return true;
    uint64_t longest_ns = m->s.queue_ns ? m->s.queue_ns : QUEUE_DEFAULT_NS;
    uint64_t start_ns = m->busy_until_ns > now_ns ? m->busy_until_ns : now_ns;
    if (start_ns - now_ns > longest_ns)
        return false;
    *through_ns = start_ns + (uint64_t)len * 8 * NS_PER_SECOND / m->s.rate_bps;
    m->busy_until_ns = *through_ns;
    return true;
}

static uint64_t part(struct netmodel *m, uint64_t most_ns)
{
    return (uint64_t)(uniform(m) * (double)most_ns);
}

/* Jitter alone keeps the order no more than a real network does; reordering holds one back. */
static uint64_t arrival(struct netmodel *m, uint64_t through_ns)
{
    uint64_t at_ns = through_ns + m->s.delay_ns + part(m, m->s.jitter_ns);
    if (chance(m, m->s.reorder))
        at_ns += m->s.reorder_ns;
    return at_ns;
}

struct netmodel_fate netmodel_pass(struct netmodel *m, size_t len, uint64_t now_ns)
{
    struct netmodel_fate f = {.corrupt_byte = -1};
    uint64_t through_ns;
    bool gone = chance(m, m->s.loss);
    gone |= burst(m);
    bool twice = chance(m, m->s.duplicate);
    bool damaged = chance(m, m->s.corrupt) && len > 0;
    uint64_t where = netmodel_random(m);
    if (gone) {
        m->lost++;
        return f;
    }
    if (!bottleneck(m, len, now_ns, &through_ns)) {
        m->overflowed++;
        return f;
    }
    f.copies = twice ? NETMODEL_COPIES : 1;
    for (unsigned i = 0; i < f.copies; i++)
        f.at_ns[i] = arrival(m, through_ns);
    if (damaged)
        f.corrupt_byte = (int)(where % len);
    m->passed++;
    m->duplicated += twice;
    m->corrupted += damaged;
    return f;
}
