/* SPDX-License-Identifier: MIT */
/* Recordings over hundreds of seeded networks: from before they were asked for to their end, every
 * frame in order, each once, none missing that the server's history still has; no stall, no storm
 * of requests. The same seed gives the same trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/world.h"
#include "util/mono.h"

#define MS NS_PER_MS
enum { SEEDS = 24, INTERVAL_MS = 40, BACK_MS = 800, HISTORY = 75 };
static const uint64_t BEFORE_NS = 1500 * MS; /* watched before the key */
static const uint64_t BODY_NS = 1200 * MS;
static const uint64_t SETTLE_NS = 7 * NS_PER_S; /* what is missing is had or given up by then */

struct row {
    const char *name;
    struct netmodel_settings net;
    uint64_t cut_ns;  /* while recording */
    unsigned history; /* frames the server keeps */
    bool restart;     /* the server, while recording */
    bool holes;       /* may be */
};

#define NET(...) .net = {.delay_ns = 10 * MS, __VA_ARGS__}, .history = HISTORY
static const struct row rows[] = {
    {"clean", NET(.loss = 0)},
    {"loss 5%", NET(.loss = 0.05)},
    {"loss 20%", NET(.loss = 0.2)},
    {"bursts", NET(.burst_loss = 0.05, .burst_len = 8)},
    {"duplicates", NET(.duplicate = 0.4, .jitter_ns = 3 * MS)},
    {"reordering", NET(.reorder = 0.2, .reorder_ns = 30 * MS)},
    {"corruption", NET(.corrupt = 0.05)},
    {"cut 0.5 s", NET(.loss = 0), .cut_ns = 500 * MS},
    {"cut 1.5 s, loss", NET(.loss = 0.05), .cut_ns = 1500 * MS},
    {"cut longer than the history", NET(.loss = 0), .cut_ns = 4 * NS_PER_S, .holes = true},
    {"no history", .net = {.delay_ns = 10 * MS, .loss = 0.1}, .history = 5, .holes = true},
    {"server restarts", NET(.loss = 0.02), .restart = true, .holes = true},
};

static struct world world;

static void run(struct world *w, uint64_t ns)
{
    world_run_to(w, w->now_ns + ns);
}

static void cut(struct world *w, const struct row *row)
{
    struct netmodel_settings dark = row->net;
    dark.loss = 1;
    simlink_change(w->net, &dark, &dark);
    run(w, row->cut_ns);
    simlink_change(w->net, &row->net, &row->net);
}

static void record(struct world *w, const struct row *row)
{
    run(w, BEFORE_NS);
    talk_client_record(&w->client, BACK_MS, w->now_ns);
    run(w, BODY_NS);
    if (row->cut_ns)
        cut(w, row);
    if (row->restart)
        world_restart_server(w, 5000);
    run(w, BODY_NS);
    struct netmodel_settings clean = {.delay_ns = row->net.delay_ns};
    simlink_change(w->net, &clean, &clean);
    run(w, SETTLE_NS);
}

static void check(const struct world *w, const struct row *row)
{
    const struct talk_totals n = talk_client_totals(&w->client);
    const struct world_run *last = &w->run[w->runs - 1];
    assert_int_equal(w->record_overs, 1);
    assert_int_equal(w->client.record, TALK_RECORD_OFF);
    assert_true(last->first + last->made - w->record_last <= SETTLE_NS / MS / INTERVAL_MS + 3);
    assert_in_range(w->fetches, 1, 150);
    assert_int_equal(w->client.reach.order.owed, 0);
    assert_int_equal(n.frames + n.frames_incomplete,
                     w->client.account.frames + w->client.account.frames_incomplete);
    if (row->holes)
        return;
    uint32_t first = w->run[0].first + (uint32_t)((BEFORE_NS / MS - BACK_MS) / INTERVAL_MS);
    assert_in_range(w->record_first, first - 3, first + 1); /* as well as the clock is known */
    assert_int_equal(w->record_holes, 0);
    assert_int_equal(n.frames_given_up, 0);
}

static uint64_t one(const struct row *row, uint64_t seed)
{
    struct world *w = &world;
    struct world_settings s = {INTERVAL_MS * MS, 300, 4000, 1000, row->history};
    world_new(w, &s, &row->net, seed);
    record(w, row);
    talk_client_record_end(&w->client, w->now_ns);
    run(w, SETTLE_NS);
    check(w, row);
    uint64_t trace = w->trace;
    world_free(w);
    return trace;
}

static int free_world(void **state)
{
    if (world.net)
        world_free(&world);
    return 0;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    uint64_t base = 100000 + 1000 * (uint64_t)(row - rows), first = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint64_t trace = one(row, base + seed);
        if (seed == 0)
            first = trace;
        else
            assert_true(trace != first);
    }
    assert_true(one(row, base) == first);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof *rows };
    struct CMUnitTest tests[ROWS];
    for (unsigned i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_row, NULL, free_world, (void *)&rows[i]};
    return cmocka_run_group_tests_name("recordings over bad networks", tests, NULL, NULL);
}
