/* SPDX-License-Identifier: MIT */
/* Both ends of a talk over thousands of seeded networks. Each begins badly, as its row says, and
 * ends on a clean network, where every frame must come through within a few seconds: no stall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/world_rows.h"
#include "util/mono.h"

static const uint64_t BODY_NS = 3 * NS_PER_S;
static const uint64_t HEAL_NS = 3 * NS_PER_S; /* a changed address, an outage: back within this */
static const uint64_t PROOF_NS = NS_PER_S;

enum script { STEADY, BLACKOUT, RESTART };
struct row {
    struct world_row row;
    struct netmodel_settings net;
    struct world_settings world;
    double share;  /* least part of the frames that must be complete while it is bad */
    bool lossless; /* every frame must come, and one session do */
    enum script script;
    uint64_t script_ns; /* length of a blackout */
    bool drawn;         /* network, camera and script are drawn from the seed */
};

#define CAMERA                                                                                     \
    {                                                                                              \
        40 * NS_PER_MS, 300, 12000, 1000, 75                                                       \
    }
#define MS NS_PER_MS

static const struct row rows[] = {
    {{"clean"}, {0}, CAMERA, 0, true},
    {{"far away"}, {.delay_ns = 150 * MS}, CAMERA, 0, true},
    {{"numbers wrap"}, {.delay_ns = 10 * MS}, {40 * MS, 300, 3000, UINT32_MAX - 40, 75}, 0, true},
    {{"big and quick", 20},
     {.delay_ns = 5 * MS},
     {20 * MS, 5000, WORLD_FRAME_MAX, 5, 150},
     0,
     true},
    {{"longer one way"}, {.delay_ns = 20 * MS}, {40 * MS, 300, 9000, 1, 75, 40 * MS}, 0, true},
    {{"jitter"}, {.delay_ns = 20 * MS, .jitter_ns = 30 * MS}, CAMERA, 0, true},
    {{"reordering"}, {.delay_ns = 5 * MS, .reorder = 0.2, .reorder_ns = 60 * MS}, CAMERA, 0, true},
    {{"duplicates"}, {.delay_ns = 5 * MS, .duplicate = 0.5, .jitter_ns = 3 * MS}, CAMERA, 0, true},
    {{"loss 1%"}, {.loss = 0.01, .delay_ns = 10 * MS}, CAMERA, 0.99},
    {{"loss 10%"}, {.loss = 0.1, .delay_ns = 10 * MS}, CAMERA, 0.9},
    {{"loss 40%"}, {.loss = 0.4, .delay_ns = 10 * MS}, CAMERA, 0},
    {{"bursts"}, {.burst_loss = 0.05, .burst_len = 8, .delay_ns = 10 * MS}, CAMERA, 0.97},
    {{"corruption"}, {.corrupt = 0.05, .delay_ns = 10 * MS}, CAMERA, 0.97},
    {{"narrow"}, {.rate_bps = 900000, .queue_ns = 50 * MS, .delay_ns = 10 * MS}, CAMERA, 0},
    {{"everything"},
     {.loss = 0.05,
      .burst_loss = 0.02,
      .burst_len = 4,
      .duplicate = 0.1,
      .corrupt = 0.02,
      .reorder = 0.1,
      .delay_ns = 20 * MS,
      .jitter_ns = 20 * MS,
      .reorder_ns = 50 * MS},
     CAMERA,
     0.1},
    {{"blackout 0.9 s"}, {.delay_ns = 10 * MS}, CAMERA, 0.5, false, BLACKOUT, 900 * MS},
    {{"blackout 4 s"}, {.delay_ns = 10 * MS}, CAMERA, 0.1, false, BLACKOUT, 4 * NS_PER_S},
    {{"blackout 12 s"},
     {.delay_ns = 10 * MS},
     {40 * MS, 300, 900, 1, 75},
     0,
     false,
     BLACKOUT,
     12 * NS_PER_S},
    {{"server restarts"}, {.delay_ns = 10 * MS}, CAMERA, 0.5, false, RESTART},
    {{"server restarts, loss"}, {.loss = 0.05, .delay_ns = 10 * MS}, CAMERA, 0.2, false, RESTART},
    {{"any network", 1500}, .drawn = true},
};

static void body(struct world *w, const struct row *row)
{
    uint64_t half_ns = BODY_NS / 2 + netmodel_random(&w->rng) % (200 * MS);
    world_run(w, half_ns);
    if (row->script == BLACKOUT)
        world_dark(w, row->script_ns);
    else if (row->script == RESTART)
        world_restart_server(w, (uint32_t)(w->seed % 3) * 1010); /* same, near or far numbers */
    world_run(w, BODY_NS / 2);
}

/* On a clean network every frame arrives, after a time to heal. */
static void proof(struct world *w, const struct row *row)
{
    world_clean(w);
    world_run(w, HEAL_NS);
    unsigned delivered = w->delivered, offered = world_current(w)->offered;
    world_run(w, PROOF_NS);
    unsigned want = world_current(w)->offered - offered;
    assert_true(want + 2 > PROOF_NS / w->s.interval_ns);
    assert_in_range(w->delivered - delivered, want - 1, want + 1); /* one under way */
}

static void leave(struct world *w)
{
    unsigned closed = w->ended[REASON_CLOSED];
    world_run(w, w->s.interval_ns / 2 + 200 * MS);
    world_leave(w);
    world_run(w, NS_PER_S);
    assert_int_equal(w->ended[REASON_CLOSED], closed + 1);
    assert_int_equal(w->server_session, 0);
    uint64_t said = w->records_said;
    world_run(w, 5 * NS_PER_S);
    assert_int_equal(w->records_said, said); /* nobody speaks on */
}

/* No hole between the first and the last frame delivered, but for those that are on the way. */
static void check_gapless(const struct world_run *run, unsigned on_the_way)
{
    unsigned i = 0, end = run->made;
    while (i < end && !run->delivered[i])
        i++;
    while (end > i && !run->delivered[end - 1])
        end--;
    assert_true(end > i);
    unsigned holes = 0;
    for (; i < end; i++)
        holes += run->delivered[i] != 1;
    assert_true(holes <= on_the_way);
}

/* Half of the difference between the two ways cannot be known; the best of the samples has the
 * least of it. A queue is a longer way, too. */
static void check_clock(const struct world *w, const struct row *row)
{
    const struct netmodel_settings *n = &row->net;
    uint64_t most_us = (row->world.up_more_ns + n->jitter_ns + n->reorder_ns) / 2 / NS_PER_US + 1;
    int64_t off_us = w->client.clock.offset_us - (int64_t)(w->shift_ns / NS_PER_US);
    if (!clocksync_known(&w->client.clock) || n->rate_bps > 0)
        return;
    assert_in_range((uint64_t)(off_us < 0 ? -off_us : off_us), 0, most_us);
}

static void check_counters(const struct world *w, const struct row *row)
{
    const struct account *a = &w->client.account;
    unsigned made = 0, offered = 0;
    for (unsigned i = 0; i < w->runs; i++) {
        made += w->run[i].made;
        offered += w->run[i].offered - w->run[i].unheard;
    }
    assert_int_equal(a->frames, w->delivered);
    assert_true(a->frames + a->frames_incomplete <= made);
    assert_int_equal(w->client.bad + w->server.bad, 0);
    assert_true(w->repeats <= REPAIR_BURST + a->packets / 4); /* no storm */
    assert_true(w->delivered >= row->share * offered);
    assert_int_equal(w->restarts, row->script == RESTART);
    if (row->net.corrupt > 0 && row->row.name)
        assert_true(w->records_refused > 0);
}

/* As many frames as fit the longest way may be under way; as many may have come before the very
 * first STREAM, without which they mean nothing. Some of those may be torn. */
static void check_lossless(const struct world *w, const struct row *row)
{
    const struct netmodel_settings *n = &row->net;
    uint64_t longest_ns = n->delay_ns + n->jitter_ns + n->reorder_ns;
    unsigned on_the_way = (unsigned)(longest_ns / w->s.interval_ns + 2);
    bool overtaking = n->jitter_ns + n->reorder_ns > 0;
    assert_int_equal(w->sessions, 1);
    assert_in_range(w->client.account.frames_incomplete, 0, overtaking * on_the_way);
    assert_in_range(w->run[0].offered - w->delivered, 0, (overtaking + 1) * on_the_way);
    check_gapless(&w->run[0], on_the_way);
}

/* Any camera over any network; one in three of them is cut, in one of three the server restarts. */
static struct row draw(uint64_t seed)
{
    struct netmodel rng;
    netmodel_init(&rng, &(struct netmodel_settings){0}, seed);
    struct row row = {.net = world_draw_net(&rng), .world = world_draw_camera(&rng)};
    row.script = (enum script)world_draw(&rng, STEADY, RESTART);
    row.script_ns = world_draw(&rng, 100, 6000) * MS;
    row.world.up_more_ns = world_draw(&rng, 0, 1) * world_draw(&rng, 1, 100) * MS;
    return row;
}

static void play(struct world *w, const void *which, uint64_t seed)
{
    const struct row *row = which;
    struct row drawn = draw(seed);
    if (row->drawn)
        row = &drawn;
    world_new(w, &row->world, &row->net, seed);
    body(w, row);
    if (row->lossless)
        check_lossless(w, row);
    check_clock(w, row);
    proof(w, row);
    check_clock(w, row);
    if (row->lossless)
        check_lossless(w, row);
    check_counters(w, row);
    leave(w);
}

int main(int argc, char **argv)
{
    static const struct world_suite suite = {
        "talk over bad networks", rows, sizeof *rows, sizeof rows / sizeof *rows, 100, 1, play};
    return world_rows_main(&suite, argc, argv);
}
