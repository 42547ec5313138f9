/* SPDX-License-Identifier: MIT */
#include "proto/ratectl.h"

#include <string.h>

#include "proto/limits.h"
#include "util/mono.h"

static const uint64_t LOOK_NS = 450 * NS_PER_MS; /* reports come every 500 ms, some besides */
static const uint64_t HOLD_NS = 1 * NS_PER_S;
static const uint64_t PATIENCE_MIN_NS = 3 * NS_PER_S, PATIENCE_MAX_NS = 24 * NS_PER_S;
static const uint64_t BLIND_MIN_NS = 60 * NS_PER_S, BLIND_MAX_NS = 240 * NS_PER_S;
static const uint64_t PROOF_NS = 6 * NS_PER_S; /* a step up that holds so long was right */
static const uint32_t QUEUE_US = 40000;        /* a standing queue */
static const uint32_t QUEUE_CLEAN_US = 20000;
static const double LOSS_DOWN = 0.04, LOSS_CLEAN = 0.01; /* of frames, after repair, smoothed */
static const double LOSS_HEAVY = 0.25;                   /* … and in a single look */
static const double LOST_HEAVY = 0.3;                    /* of fragments, before repair */
static const double ROOM = 0.85;          /* share of the path's measured rate that is used */
static const uint64_t WIDE = 3;           /* times what is sent: no queue comes from that */
static const double FALL = 0.2;           /* to no smaller share at once */
static const double PROBE = 1.3;          /* faster than the path was found to be */
static const double TIER_SHARE = 1.0 / 3; /* bytes of a tier to those of the next larger one */
enum { LOSS_SMOOTH = 4, QUEUED_DOWN = 2, SILENT_DOWN = 3, VAIN_MAX = 2 };

/* The ladder: every frame, every 2nd, every 3rd; then tier by tier every 2nd and 3rd frame of it;
 * at last ever fewer frames of the smallest. */
static const uint8_t few[] = {3, 4, 5, 7, 9, 14, 24};
enum { STEPS_FIRST = 3, STEPS_TIER = 2, STEPS_FEW = sizeof few };

static unsigned levels(const struct ratectl *r)
{
    return STEPS_FIRST + STEPS_TIER * r->below + STEPS_FEW;
}

static struct ratectl_level level_at(const struct ratectl *r, unsigned i)
{
    if (i < STEPS_FIRST)
        return (struct ratectl_level){0, (uint8_t)i};
    i -= STEPS_FIRST;
    if (i < STEPS_TIER * r->below)
        return (struct ratectl_level){(uint8_t)(1 + i / STEPS_TIER), (uint8_t)(1 + i % STEPS_TIER)};
    return (struct ratectl_level){(uint8_t)r->below, few[i - STEPS_TIER * r->below]};
}

static double tier_cost(unsigned tier)
{
    double cost = 1;
    for (unsigned i = 0; i < tier; i++)
        cost *= TIER_SHARE;
    return cost;
}

/* Bytes of a step, as a share of the full tier's. */
static double cost(const struct ratectl *r, unsigned i)
{
    struct ratectl_level l = level_at(r, i);
    return tier_cost(r->tier + l.tiers_down) / (l.left_out + 1);
}

struct ratectl_level ratectl_level(const struct ratectl *r)
{
    return level_at(r, r->level);
}

uint64_t ratectl_pace_kbps(const struct ratectl *r)
{
    return r->level > 0 ? r->pace_kbps : 0;
}

void ratectl_init(struct ratectl *r)
{
    memset(r, 0, sizeof *r);
    r->patience_ns = PATIENCE_MIN_NS;
    r->blind_ns = BLIND_MIN_NS;
}

/* The first step from i on that costs no more; the last one if none does. */
static unsigned affordable(const struct ratectl *r, unsigned i, double most)
{
    while (i + 1 < levels(r) && cost(r, i) > most * 1.0001)
        i++;
    return i;
}

void ratectl_want(struct ratectl *r, unsigned tier, bool whole)
{
    double before = r->level ? cost(r, r->level) : 1;
    r->tier = tier;
    r->below = whole ? 0 : PROTO_TIERS - 1 - tier;
    r->level = affordable(r, 0, before);
}

static struct ratectl_look look_at(struct ratectl *r, const struct packet_report *p,
                                   const struct ratectl_sent *sent, uint64_t now_ns)
{
    const struct packet_report *b = &r->report;
    uint64_t ms = (now_ns - r->look_ns) / NS_PER_MS;
    if (p->queue_us < r->floor_us) /* the client found a new base itself */
        r->floor_us = p->queue_us;
    return (struct ratectl_look){
        .frames = p->frames - b->frames,
        .incomplete = p->frames_incomplete - b->frames_incomplete,
        .expected = p->expected - b->expected,
        .received = p->received - b->received,
        .repaired = p->repaired - b->repaired,
        .sent_kbps = (sent->bytes - r->sent.bytes) * 8 / (ms ? ms : 1),
        .starved = sent->starved != r->sent.starved,
        .queue_us = p->queue_us - r->floor_us,
        .path_kbps = p->path_kbps,
    };
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Frames that wait, yet come in one go, wait for a busy machine: not for the path. */
static bool is_wide(const struct ratectl_look *k)
{
    return k->path_kbps > WIDE * k->sent_kbps;
}

static void smooth(struct ratectl *r, const struct ratectl_look *k)
{
    uint32_t frames = k->frames + k->incomplete;
    if (frames > 0)
        r->loss += (share(k->incomplete, frames) - r->loss) / LOSS_SMOOTH;
    r->queued = k->queue_us >= QUEUE_US && !is_wide(k) ? r->queued + 1 : 0;
    r->silent = k->sent_kbps > 0 && k->received == 0 ? r->silent + 1 : 0;
}

static bool loses(const struct ratectl *r, const struct ratectl_look *k)
{
    double lost = (double)k->expected - k->received + k->repaired;
    return r->loss > LOSS_DOWN || k->starved || r->silent >= SILENT_DOWN ||
           (k->incomplete > 1 && share(k->incomplete, k->frames + k->incomplete) > LOSS_HEAVY) ||
           share(lost, k->expected) > LOST_HEAVY;
}

/* How much of what is sent now the path can take, as far as it can be told. A look at what has just
 * begun to queue may show nothing at all. */
static double fits(const struct ratectl_look *k, bool lossy)
{
    double most = 1;
    if (lossy && k->expected > 0)
        most = share(k->received, k->expected);
    if (k->path_kbps > 0 && k->sent_kbps > 0 && ROOM * k->path_kbps / k->sent_kbps < most)
        most = ROOM * k->path_kbps / k->sent_kbps;
    return most > FALL ? most : FALL;
}

static void step_down(struct ratectl *r, const struct ratectl_look *k, bool lossy,
                      unsigned window_ms, uint64_t now_ns)
{
    unsigned next = r->level + 1 < levels(r) ? r->level + 1 : r->level;
    next = affordable(r, next, cost(r, r->level) * fits(k, lossy));
    r->level = next;
    r->hold_ns = now_ns + HOLD_NS + window_ms * NS_PER_MS;
    r->clean_ns = r->hold_ns;
    r->loss = 0;
    r->queued = r->silent = 0;
    r->queue_before_us = lossy ? 0 : k->queue_us;
    if (r->up_ns && now_ns < r->up_ns + PROOF_NS + r->patience_ns) {
        r->patience_ns =
            r->patience_ns * 2 < PATIENCE_MAX_NS ? r->patience_ns * 2 : PATIENCE_MAX_NS;
        r->blind_ns = r->blind_ns * 2 < BLIND_MAX_NS ? r->blind_ns * 2 : BLIND_MAX_NS;
    }
    r->up_ns = 0;
}

/* A queue that stays as long whatever is sent is no queue: the path has become longer. */
static bool path_is_longer(struct ratectl *r, const struct ratectl_look *k)
{
    bool same = r->queue_before_us > 0 && k->queue_us >= r->queue_before_us / 4 * 3;
    r->in_vain = same ? r->in_vain + 1 : 0;
    if (r->in_vain < VAIN_MAX)
        return false;
    r->floor_us += k->queue_us;
    r->in_vain = r->queued = 0;
    r->queue_before_us = 0;
    return true;
}

static bool room_above(const struct ratectl *r, const struct ratectl_look *k)
{
    double more = cost(r, r->level - 1) / cost(r, r->level);
    return k->path_kbps == 0 || ROOM * k->path_kbps >= more * (double)k->sent_kbps;
}

static bool step_up(struct ratectl *r, const struct ratectl_look *k, uint64_t now_ns)
{
    if (r->up_ns && now_ns >= r->up_ns + PROOF_NS) {
        r->patience_ns = PATIENCE_MIN_NS;
        r->blind_ns = BLIND_MIN_NS;
        r->up_ns = 0;
    }
    if (r->level == 0 || k->frames == 0)
        return false;
    if (now_ns < r->clean_ns + (room_above(r, k) ? r->patience_ns : r->blind_ns))
        return false;
    r->level--;
    r->up_ns = r->clean_ns = now_ns;
    return true;
}

static bool decide(struct ratectl *r, const struct ratectl_look *k, unsigned window_ms,
                   uint64_t now_ns)
{
    unsigned before = r->level;
    smooth(r, k);
    if (k->path_kbps > 0)
        r->pace_kbps = (uint64_t)(PROBE * k->path_kbps);
    if (now_ns < r->hold_ns) {
        r->loss = 0;
        return false;
    }
    bool lossy = loses(r, k), queue = r->queued >= QUEUED_DOWN;
    if (lossy || (queue && !path_is_longer(r, k))) {
        step_down(r, k, lossy, window_ms, now_ns);
        return r->level != before;
    }
    if (r->loss > LOSS_CLEAN || k->queue_us >= QUEUE_CLEAN_US)
        r->clean_ns = now_ns;
    return step_up(r, k, now_ns);
}

bool ratectl_report(struct ratectl *r, const struct packet_report *report,
                    const struct ratectl_sent *sent, unsigned window_ms, uint64_t now_ns)
{
    bool changed = false;
    if (r->began && now_ns < r->look_ns + LOOK_NS)
        return false;
    if (r->began) {
        const struct ratectl_look look = look_at(r, report, sent, now_ns);
        changed = decide(r, &look, window_ms, now_ns);
    } else {
        r->clean_ns = now_ns;
    }
    r->began = true;
    r->look_ns = now_ns;
    r->report = *report;
    r->sent = *sent;
    return changed;
}
