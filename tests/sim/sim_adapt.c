/* SPDX-License-Identifier: MIT */
/* The rate controller over thousands of seeded networks in virtual time: a camera, a server that
 * sends what the controller says, a path with loss both ways, delay and a limit that comes and
 * goes, a client that repairs and reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/netmodel.h"
#include "proto/pace.h"
#include "proto/pathstat.h"
#include "proto/ratectl.h"
#include "server/repeat.h"
#include "sim/seeds.h"
#include "util/mono.h"

#define MS NS_PER_MS

enum {
    INTERVAL_MS = 40,
    STEP_MS = 4,
    FRAGMENT_BYTES = 1164,
    COUNT = 24, /* fragments of a frame of the full tier */
    RING = 128, /* frames under way */
    FULL_BPS = COUNT * (FRAGMENT_BYTES + 37) * 8 * (1000 / INTERVAL_MS),
};

struct sent_frame {
    bool used;
    struct reasm_slot slot;
    uint16_t arriving; /* fragments that arrived or will */
    uint64_t sent_ns, ask_ns;
};

struct path_case {
    struct netmodel_settings net;
    uint64_t rtt_ns;
    double limit;             /* share of the full rate; 0: none */
    unsigned limit_s, lift_s; /* when it comes, when it goes */
    bool whole;
    uint64_t seed;
};

/* What happened in a span of the run. */
struct span {
    unsigned whole, given_up, changes, deepest;
    uint64_t bytes;
};

struct sim {
    const struct path_case *c;
    struct netmodel down, up;
    struct ratectl rate;
    struct ratectl_sent sent;
    struct repeat_budget budget;
    struct pathstat path;
    struct packet_report report;
    struct sent_frame frame[RING];
    uint32_t oldest, next;      /* frames under way are among these */
    struct sent_frame *sending; /* NULL: none */
    struct pace pace;
    uint64_t now_ns, window_ns, report_ns;
    struct packet_report flying; /* a REPORT on its way */
    uint64_t flying_ns;
    struct span span;
    uint64_t trace;
};

static void note(struct sim *s, uint64_t value)
{
    s->trace = (s->trace ^ value ^ s->now_ns) * UINT64_C(0x100000001b3);
}

static void pass(struct sim *s, struct sent_frame *f, uint64_t at_ns, bool repair)
{
    struct netmodel_fate fate = netmodel_pass(&s->down, FRAGMENT_BYTES + 37, at_ns);
    if (!repair)
        s->sent.bytes += FRAGMENT_BYTES;
    if (fate.copies == 0)
        return;
    uint64_t there_ns = fate.at_ns[0];
    if (f->arriving == 0 || there_ns < f->slot.first_ns)
        f->slot.first_ns = there_ns;
    if (there_ns > f->slot.last_ns)
        f->slot.last_ns = there_ns;
    if (!repair && there_ns > f->slot.live_ns)
        f->slot.live_ns = there_ns;
    f->arriving++;
    f->slot.repaired += repair;
    s->span.bytes += FRAGMENT_BYTES;
}

static void start_pace(struct sim *s, unsigned left_out)
{
    const struct reasm_slot *slot = &s->sending->slot;
    uint64_t kbps = ratectl_pace_kbps(&s->rate);
    uint64_t longest_ns = INTERVAL_MS * MS * (left_out + 1u) / 10 * 9;
    uint64_t spread_ns = kbps ? slot->bytes * 8 * MS / kbps : 0;
    if (kbps)
        pace_start_over(&s->pace, slot->count, spread_ns < longest_ns ? spread_ns : longest_ns,
                        s->now_ns);
    else
        pace_start(&s->pace, slot->count, INTERVAL_MS * MS, s->now_ns);
}

static void begin_frame(struct sim *s)
{
    uint32_t number = s->next++;
    struct ratectl_level level = ratectl_level(&s->rate);
    struct sent_frame *f = &s->frame[number % RING];
    uint16_t count = COUNT;
    if (number % (level.left_out + 1u) != 0)
        return;
    assert_false(f->used); /* nothing stays under way for ever */
    for (unsigned i = 0; i < level.tiers_down; i++)
        count = (uint16_t)(count / 3 ? count / 3 : 1);
    *f = (struct sent_frame){.used = true, .sent_ns = s->now_ns};
    f->slot = (struct reasm_slot){.frame = number,
                                  .tier = level.tiers_down,
                                  .count = count,
                                  .bytes = count * FRAGMENT_BYTES,
                                  .capture_us = s->now_ns / NS_PER_US};
    f->ask_ns = s->now_ns + 2 * s->c->rtt_ns + 10 * MS;
    s->sending = f;
    start_pace(s, level.left_out);
}

/* What is due by the end of this step. */
static void send_due(struct sim *s)
{
    while (s->sending && s->pace.next_ns < s->now_ns + STEP_MS * MS) {
        uint64_t at_ns = s->pace.next_ns;
        uint16_t n = pace_due(&s->pace, at_ns);
        for (uint16_t i = 0; i < n; i++)
            pass(s, s->sending, at_ns, false);
        pace_sent(&s->pace, n, at_ns);
        if (s->pace.sent < s->pace.count)
            continue;
        repeat_earn(&s->budget, s->sending->slot.bytes);
        s->sending = NULL;
    }
}

/* A round of NACK and answer for what has not arrived. */
static void repair(struct sim *s, struct sent_frame *f)
{
    unsigned sent = f == s->sending ? s->pace.sent : f->slot.count;
    unsigned missing = sent - f->arriving;
    f->ask_ns = s->now_ns + s->c->rtt_ns + 10 * MS;
    if (netmodel_pass(&s->up, 60, s->now_ns).copies == 0)
        return;
    for (; missing > 0; missing--) {
        if (!repeat_spend(&s->budget, FRAGMENT_BYTES)) {
            s->sent.starved++;
            return;
        }
        pass(s, f, s->now_ns, true);
    }
}

static void decided(struct sim *s, struct sent_frame *f)
{
    f->slot.have = f->arriving;
    pathstat_frame(&s->path, &f->slot);
    bool is_whole = f->arriving == f->slot.count;
    s->report.frames += is_whole;
    s->report.frames_incomplete += !is_whole;
    s->report.expected += f->slot.count;
    s->report.received += f->slot.have;
    s->report.repaired += f->slot.repaired;
    s->span.whole += is_whole;
    s->span.given_up += !is_whole;
    note(s, f->slot.frame * 2 + is_whole);
    f->used = false;
}

static void look_after(struct sim *s, struct sent_frame *f)
{
    if (!f->used)
        return;
    bool is_whole = f->arriving == f->slot.count;
    uint64_t heard_ns = f->arriving ? f->slot.last_ns : f->sent_ns + s->c->rtt_ns;
    if (is_whole && s->now_ns >= f->slot.last_ns)
        decided(s, f);
    else if (!is_whole && s->now_ns >= heard_ns + s->window_ns)
        decided(s, f);
    else if (!is_whole && s->now_ns >= f->ask_ns && s->now_ns < f->sent_ns + s->window_ns)
        repair(s, f);
}

static void client(struct sim *s)
{
    for (uint32_t n = s->oldest; n != s->next; n++)
        look_after(s, &s->frame[n % RING]);
    while (s->oldest != s->next && !s->frame[s->oldest % RING].used)
        s->oldest++;
    if (s->now_ns < s->report_ns)
        return;
    s->report_ns += PROTO_REPORT_MS * MS;
    struct pathstat_report path = pathstat_report(&s->path);
    s->report.queue_us = path.queue_us;
    s->report.path_kbps = path.path_kbps;
    if (netmodel_pass(&s->up, 90, s->now_ns).copies == 0)
        return;
    s->flying = s->report;
    s->flying_ns = s->now_ns + s->c->rtt_ns / 2;
}

static void server(struct sim *s)
{
    if (s->flying_ns == 0 || s->now_ns < s->flying_ns)
        return;
    s->flying_ns = 0;
    if (ratectl_report(&s->rate, &s->flying, &s->sent, (unsigned)(s->window_ns / MS), s->now_ns)) {
        s->span.changes++;
        note(s, s->rate.level);
    }
    if (s->rate.level > s->span.deepest)
        s->span.deepest = s->rate.level;
}

static void limit(struct sim *s, bool on)
{
    struct netmodel_settings net = s->c->net;
    net.rate_bps = on ? (uint64_t)(s->c->limit * FULL_BPS) : 0;
    netmodel_change(&s->down, &net);
}

/* Runs to that second of the case; what happened meanwhile. */
static struct span run_to(struct sim *s, unsigned second)
{
    s->span = (struct span){0};
    s->span.deepest = s->rate.level;
    while (s->now_ns < (1000 + (uint64_t)second) * NS_PER_S) {
        if (s->now_ns % (INTERVAL_MS * MS) == 0)
            begin_frame(s);
        send_due(s);
        client(s);
        server(s);
        s->now_ns += STEP_MS * MS;
    }
    return s->span;
}

static void begin(struct sim *s, const struct path_case *c)
{
    memset(s, 0, sizeof *s);
    struct netmodel_settings back = {.loss = c->net.loss, .delay_ns = c->net.delay_ns};
    s->c = c;
    netmodel_init(&s->down, &c->net, c->seed);
    netmodel_init(&s->up, &back, ~c->seed);
    ratectl_init(&s->rate);
    ratectl_want(&s->rate, 0, c->whole);
    s->budget.bytes = REPEAT_FIRST;
    s->now_ns = s->report_ns = 1000 * NS_PER_S;
    s->window_ns = 8 * c->rtt_ns > 200 * MS ? 8 * c->rtt_ns : 200 * MS;
    if (s->window_ns > 2 * NS_PER_S)
        s->window_ns = 2 * NS_PER_S;
}

/* A network of any kind, from a seed: delay, loss that repair can mend, a queue. */
static struct path_case draw(uint64_t seed, struct netmodel *rng)
{
    netmodel_init(rng, &(struct netmodel_settings){0}, seed);
    uint64_t rtt_ns = (2 + netmodel_random(rng) % 150) * MS;
    struct path_case c = {.rtt_ns = rtt_ns,
                          .net = {.delay_ns = rtt_ns / 2,
                                  .jitter_ns = netmodel_random(rng) % 8 * MS,
                                  .loss = (double)(netmodel_random(rng) % 4) / 200,
                                  .queue_ns = (30 + netmodel_random(rng) % 300) * MS},
                          .whole = netmodel_random(rng) % 2,
                          .seed = seed};
    return c;
}

static double loss_of(const struct span *p)
{
    unsigned all = p->whole + p->given_up;
    return all ? (double)p->given_up / all : 1;
}

#define MUST(c, condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu: %s", (unsigned long long)(c).seed, #condition);                   \
    } while (0)

static void wide_paths_get_everything(void **state)
{
    static struct sim s;
    struct netmodel rng;
    for (uint64_t seed = 1; seed <= SEEDS(2000); seed++) {
        struct path_case c = draw(seed, &rng);
        begin(&s, &c);
        struct span p = run_to(&s, 30);
        MUST(c, p.changes == 0);
        MUST(c, loss_of(&p) < 0.01);
    }
}

struct bounds {
    unsigned settle_s; /* after the limit came; from then on … */
    double loss;       /* less than that after repair, */
    unsigned changes;  /* at most, */
    double use;        /* and at least that share of what the path takes */
    unsigned back_s;   /* all is sent again so long after the limit went */
};

static bool narrow_path(const struct path_case *c, const struct bounds *b)
{
    static struct sim s;
    begin(&s, c);
    struct span before = run_to(&s, c->limit_s);
    limit(&s, true);
    run_to(&s, c->limit_s + b->settle_s);
    struct span during = run_to(&s, c->lift_s);
    limit(&s, false);
    run_to(&s, c->lift_s + b->back_s);
    struct span after = run_to(&s, c->lift_s + b->back_s + 10);
    double room = c->limit * FULL_BPS / 8 * (c->lift_s - c->limit_s - b->settle_s);
    return before.changes == 0 && loss_of(&during) < b->loss && during.changes <= b->changes &&
           (double)during.bytes > b->use * room && s.rate.level == 0 && after.changes == 0 &&
           loss_of(&after) < 0.01;
}

static void half_the_rate_is_steady_and_comes_back(void **state)
{
    static const struct bounds bounds = {5, 0.01, 0, 0.6, 30};
    for (uint64_t seed = 1; seed <= SEEDS(1000); seed++) {
        struct path_case c = {.rtt_ns = 20 * MS,
                              .net = {.delay_ns = 10 * MS},
                              .limit = 0.5,
                              .limit_s = 5,
                              .lift_s = 35,
                              .whole = seed % 2,
                              .seed = seed};
        MUST(c, narrow_path(&c, &bounds));
    }
}

/* Nearly all are as steady; those whose queue is shorter than a frame's burst take some tries. */
static void any_limit_is_answered(void **state)
{
    static const struct bounds usual = {10, 0.01, 3, 0.4, 30}, worst = {10, 0.05, 6, 0.3, 60};
    enum { NETWORKS = SEEDS(4000) };
    struct netmodel rng;
    unsigned unusual = 0;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        struct path_case c = draw(seed, &rng);
        c.limit = 0.2 + (double)(netmodel_random(&rng) % 65) / 100;
        c.limit_s = 5;
        c.lift_s = 45;
        if (narrow_path(&c, &usual))
            continue;
        unusual++;
        MUST(c, narrow_path(&c, &worst));
    }
    print_message("# %u of %d networks are unusual\n", unusual, NETWORKS);
    assert_in_range(unusual, 0, NETWORKS / 100);
}

static void same_seed_same_trace(void **state)
{
    static struct sim s;
    struct netmodel rng;
    uint64_t first = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct path_case c = draw(7 + i / 2, &rng);
        c.limit = 0.4;
        begin(&s, &c);
        run_to(&s, 5);
        limit(&s, true);
        run_to(&s, 15);
        if (i == 0)
            first = s.trace;
        else if (i == 1)
            assert_true(s.trace == first);
        else
            assert_true(s.trace != first);
    }
}

int main(void)
{
    seeds_give_way();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_paths_get_everything),
        cmocka_unit_test(half_the_rate_is_steady_and_comes_back),
        cmocka_unit_test(any_limit_is_answered),
        cmocka_unit_test(same_seed_same_trace),
    };
    return cmocka_run_group_tests_name("rate control over bad networks", tests, NULL, NULL);
}
