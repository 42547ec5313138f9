/* SPDX-License-Identifier: MIT */
/* Recordings over thousands of seeded networks: from before they were asked for to their end, every
 * frame in order, each once, none missing that the server's history still has; no stall, no storm
 * of requests. The same seed gives the same trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/world_rows.h"
#include "util/mono.h"

#define MS NS_PER_MS
enum { INTERVAL_MS = 40, SHORT = 75, LONG = 250 };
#define BODY_NS (1200 * MS)
static const uint64_t OUTAGE_NS = 3 * NS_PER_S;
static const uint64_t SETTLE_NS = 7 * NS_PER_S; /* what is missing is had or given up by then */

struct row {
    struct world_row row;
    struct netmodel_settings net;
    uint64_t cut_ns;    /* while recording … */
    uint64_t before_ns; /* … so long after the key */
    bool restart;       /* the server, while recording */
    bool holes;         /* may be */
    bool drawn;         /* all of this is drawn from the seed */
    struct world_settings camera;
    uint64_t watch_ns, back_ms; /* watched before the key; wanted from before it */
};

/* A server that keeps so many frames, a cut so long after the key, a network. */
#define CUT(frames, after, ...)                                                                    \
    .net = {.delay_ns = 10 * MS, __VA_ARGS__}, .before_ns = (after), .watch_ns = 1500 * MS,        \
    .back_ms = 800, .camera = {INTERVAL_MS * MS, 300, 4000, 1000, (frames)}
#define NET(frames, ...) CUT(frames, BODY_NS, __VA_ARGS__)
static const struct row rows[] = {
    {{"clean"}, NET(SHORT, .loss = 0)},
    {{"loss 5%"}, NET(SHORT, .loss = 0.05)},
    {{"loss 20%"}, NET(LONG, .loss = 0.2)},
    {{"bursts"}, NET(SHORT, .burst_loss = 0.05, .burst_len = 8)},
    {{"duplicates"}, NET(SHORT, .duplicate = 0.4, .jitter_ns = 3 * MS)},
    {{"reordering"}, NET(SHORT, .reorder = 0.2, .reorder_ns = 30 * MS)},
    {{"corruption"}, NET(SHORT, .corrupt = 0.05)},
    {{"cut 0.5 s"}, NET(SHORT, .loss = 0), .cut_ns = 500 * MS},
    {{"cut while reaching back"}, CUT(LONG, 200 * MS, .loss = 0.02), .cut_ns = 900 * MS},
    {{"cut 1.5 s, loss"}, NET(LONG, .loss = 0.05), .cut_ns = 1500 * MS},
    {{"cut longer than the history"}, NET(SHORT, .loss = 0), .cut_ns = 4000 * MS, .holes = true},
    {{"no history"}, NET(5, .loss = 0.1), .holes = true},
    {{"server restarts"}, NET(SHORT, .loss = 0.02), .restart = true, .holes = true},
    {{"any network", 1500}, .drawn = true},
};

static void record(struct world *w, const struct row *row)
{
    world_run(w, row->watch_ns);
    talk_client_record(&w->client, row->back_ms, w->now_ns);
    world_run(w, row->before_ns);
    if (row->cut_ns)
        world_dark(w, row->cut_ns);
    if (row->restart)
        world_restart_server(w, 5000);
    world_run(w, BODY_NS);
    world_clean(w);
    world_run(w, SETTLE_NS);
    talk_client_record_end(&w->client, w->now_ns);
    world_run(w, SETTLE_NS);
}

/* Frames that a time holds. */
static uint32_t frames_in(const struct row *row, uint64_t ns)
{
    return (uint32_t)(ns / row->camera.interval_ns);
}

static void check_end(const struct world *w, const struct row *row)
{
    const struct talk_totals n = talk_client_totals(&w->client);
    const struct world_run *last = &w->run[w->runs - 1];
    assert_int_equal(w->record_overs, 1);
    assert_int_equal(w->client.record, TALK_RECORD_OFF);
    uint64_t since_ns = SETTLE_NS + 2 * row->net.delay_ns;
    assert_true(last->first + last->made - w->record_last <= frames_in(row, since_ns) + 3);
    assert_in_range(w->fetches, row->row.name != NULL, 150);
    assert_int_equal(w->client.reach.order.owed, 0);
    assert_int_equal(n.frames + n.frames_incomplete,
                     w->client.account.frames + w->client.account.frames_incomplete);
}

/* From the time asked for on, as well as the clock is known, or from the camera's first frame. */
static void check_whole(const struct world *w, const struct row *row)
{
    uint64_t back_ns = row->back_ms * MS < row->watch_ns ? row->back_ms * MS : row->watch_ns;
    uint32_t want = frames_in(row, row->watch_ns - back_ns);
    uint32_t early = frames_in(row, back_ns + OUTAGE_NS) / 16 + 3; /* when no clock was known yet */
    uint32_t late = 2 + frames_in(row, (row->net.jitter_ns + row->net.reorder_ns) / 2);
    uint32_t first = w->record_first - w->run[0].first;
    assert_in_range(first, want > early ? want - early : 0, want + late);
    assert_int_equal(w->record_holes, 0);
    assert_int_equal(talk_client_totals(&w->client).frames_given_up, 0);
}

/* Any camera over any network, which is often cut and at times so long that the history is gone. */
static struct row draw(uint64_t seed)
{
    struct netmodel rng;
    netmodel_init(&rng, &(struct netmodel_settings){0}, seed);
    struct row row = {.net = world_draw_net(&rng), .camera = world_draw_camera(&rng)};
    row.watch_ns = world_draw(&rng, 2000, 4000) * MS;
    row.back_ms = world_draw(&rng, 0, 3000);
    row.before_ns = world_draw(&rng, 0, 2000) * MS;
    row.cut_ns = world_draw(&rng, 0, 1) * world_draw(&rng, 100, OUTAGE_NS / MS) * MS;
    row.restart = world_draw(&rng, 1, 8) == 1;
    uint64_t least_ns = row.back_ms * MS + row.cut_ns + 6 * NS_PER_S;
    row.holes = row.restart || row.camera.history < frames_in(&row, least_ns);
    return row;
}

static void play(struct world *w, const void *which, uint64_t seed)
{
    const struct row *row = which;
    struct row drawn = draw(seed);
    if (row->drawn)
        row = &drawn;
    world_new(w, &row->camera, &row->net, seed);
    record(w, row);
    check_end(w, row);
    if (!row->holes)
        check_whole(w, row);
}

int main(int argc, char **argv)
{
    enum { ROWS = sizeof rows / sizeof *rows };
    static const struct world_suite suite = {
        "recordings over bad networks", rows, sizeof *rows, ROWS, 100, 10000000, play};
    return world_rows_main(&suite, argc, argv);
}
