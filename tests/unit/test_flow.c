/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tui/flow.h"
#include "util/mono.h"

/* Links in virtual time: a terminal that takes so many bytes a second, far away. */

enum { ON_THE_WAY = 4096, STEP_MS = 1 };

struct link {
    struct flow flow;
    double bytes_per_second;
    uint64_t way_ns; /* there and back */
    uint64_t now_ns, free_ns;
    uint64_t answer_ns[ON_THE_WAY];
    unsigned first, answers;
    uint64_t taken; /* bytes sent */
    uint64_t worst_queue_ns;
    bool answers_at_all;
    unsigned jitter_us; /* that an answer may be held up; they stay in order */
    unsigned held_ms;   /* those of the beginning of each second come together at its end */
    size_t least;       /* bytes of a slice: whole sequences, whatever room there is; up to twice */
    unsigned text_ms;   /* something is written every so often; 0: nothing */
    uint64_t last_answer_ns;
    uint32_t random;
};

static unsigned any(struct link *l, unsigned below)
{
    l->random = l->random * 1664525 + 1013904223;
    return below ? (l->random >> 8) % below : 0;
}

static void start(struct link *l, double bytes_per_second, unsigned way_ms)
{
    *l = (struct link){.bytes_per_second = bytes_per_second, .way_ns = way_ms * NS_PER_MS};
    l->now_ns = 5 * NS_PER_S;
    l->answers_at_all = true;
    flow_init(&l->flow, 0);
}

static void send(struct link *l, size_t bytes, bool asks)
{
    double took = (double)bytes / l->bytes_per_second * NS_PER_S;
    l->free_ns = (l->free_ns > l->now_ns ? l->free_ns : l->now_ns) + (uint64_t)took;
    l->taken += bytes;
    flow_on_sent(&l->flow, bytes, l->now_ns);
    if (l->free_ns - l->now_ns > l->worst_queue_ns) {
        l->worst_queue_ns = l->free_ns - l->now_ns;
    }
    if (asks) {
        flow_on_request(&l->flow, l->now_ns);
        uint64_t at = l->free_ns + l->way_ns + any(l, l->jitter_us) * NS_PER_US;
        uint64_t into = at % NS_PER_S, held = l->held_ms * NS_PER_MS;
        at += into < held ? held - into : 0;
        l->last_answer_ns = at > l->last_answer_ns ? at : l->last_answer_ns;
        l->answer_ns[(l->first + l->answers++) % ON_THE_WAY] = l->last_answer_ns;
        assert_in_range(l->flow.requests, 1, FLOW_REQUESTS);
    }
}

/* Pictures without end for that long. */
static void go_on(struct link *l, unsigned ms)
{
    for (uint64_t end = l->now_ns + ms * NS_PER_MS; l->now_ns < end;
         l->now_ns += STEP_MS * NS_PER_MS) {
        size_t room;
        while (l->answers_at_all && l->answers && l->answer_ns[l->first] <= l->now_ns) {
            l->first = (l->first + 1) % ON_THE_WAY;
            l->answers--;
            flow_on_answer(&l->flow, l->now_ns);
        }
        if (flow_wants_probe(&l->flow, l->now_ns)) {
            send(l, 4, true);
        }
        if (l->text_ms && l->now_ns / NS_PER_MS % l->text_ms == 0) {
            send(l, 300, flow_asks(&l->flow));
        }
        while ((room = flow_room(&l->flow, l->now_ns)) > 0) {
            size_t whole = l->least + any(l, (unsigned)l->least);
            send(l, room > whole ? room : whole, flow_asks(&l->flow));
        }
    }
}

static void test_links(void **state)
{
    static const struct {
        double bits_per_second;
        unsigned way_ms, most_ms; /* there and back; longest that anything waits */
    } links[] = {{128e3, 20, 150}, {256e3, 200, 150}, {256e3, 0, 100}, {1e6, 200, 150},
                 {1e6, 40, 100},   {10e6, 200, 150},  {10e6, 2, 100},  {1e6, 600, 250}};
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct link l;
        double rate = links[i].bits_per_second / 8;
        start(&l, rate, links[i].way_ms);
        go_on(&l, 5000);
        l.worst_queue_ns = 0;
        uint64_t before = l.taken;
        go_on(&l, 30000);
        double used = (double)(l.taken - before) / (rate * 30);
        assert_in_range(l.worst_queue_ns / NS_PER_MS, 0, links[i].most_ms);
        assert_true(used > 0.8); /* measuring anew costs a moment in ten seconds */
    }
}

/* Answers are held up by chance, or some together for longer, pictures come in pieces of a size of
 * their own, and text goes out so often that the way never drains: neither is the rate taken for
 * another, nor do pictures stop. */
static void test_disturbed_links(void **state)
{
    static const struct {
        double bits_per_second;
        unsigned way_ms, jitter_us, least, text_ms, held_ms, most_ms;
    } links[] = {{1e6, 200, 5000, 0, 0, 0, 150},        {1e6, 200, 5000, 0, 200, 0, 150},
                 {1e6, 200, 5000, 1500, 0, 0, 150},     {1e6, 200, 5000, 1500, 200, 0, 150},
                 {1e6, 40, 5000, 1500, 100, 0, 150},    {256e3, 200, 5000, 500, 200, 0, 150},
                 {1e6, 200, 10000, 2064, 200, 0, 130},  {10e6, 200, 5000, 4000, 200, 0, 150},
                 {1e6, 200, 5000, 1500, 200, 30, 130},  {1e6, 200, 5000, 1500, 200, 60, 130},
                 {1e6, 200, 5000, 1500, 200, 100, 130}, {256e3, 200, 5000, 500, 200, 60, 130}};
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct link l;
        double rate = links[i].bits_per_second / 8;
        start(&l, rate, links[i].way_ms);
        l.jitter_us = links[i].jitter_us;
        l.least = links[i].least;
        l.text_ms = links[i].text_ms;
        l.held_ms = links[i].held_ms;
        go_on(&l, 5000);
        l.worst_queue_ns = 0;
        uint64_t before = l.taken;
        go_on(&l, 60000);
        double used = (double)(l.taken - before) / (rate * 60);
        if (l.worst_queue_ns / NS_PER_MS > links[i].most_ms || used < 0.7)
            fail_msg("link %zu: %u ms wait, %.2f used", i, (unsigned)(l.worst_queue_ns / NS_PER_MS),
                     used);
    }
}

/* The link becomes slower, then faster; then it stands still. */
static void test_changes(void **state)
{
    struct link l;
    (void)state;
    start(&l, 125000, 50);
    go_on(&l, 5000);
    l.bytes_per_second = 32000;
    go_on(&l, 3000);
    l.worst_queue_ns = 0;
    go_on(&l, 5000);
    assert_in_range(l.worst_queue_ns / NS_PER_MS, 0, FLOW_QUEUE_MS + 60);
    l.bytes_per_second = 1250000;
    go_on(&l, 3000);
    uint64_t before = l.taken;
    go_on(&l, 5000);
    assert_true(l.taken - before > 5 * 1250000 * 0.6);
    l.answers_at_all = false;
    before = l.taken;
    go_on(&l, 10000);
    assert_in_range(l.taken - before, 0, 1250000 / 4); /* what was allowed on the way, no more */
    l.answers = 0;                                     /* those are lost */
    l.answers_at_all = true;
    go_on(&l, 10000);
    before = l.taken;
    go_on(&l, 2000);
    assert_true(l.taken > before + 1250000); /* half of what the link takes, and rising */
}

static void stand_still(struct link *l, unsigned ms)
{
    uint64_t still = ms * NS_PER_MS;
    for (unsigned i = 0; i < l->answers; i++)
        l->answer_ns[(l->first + i) % ON_THE_WAY] += still;
    l->free_ns = (l->free_ns > l->now_ns ? l->free_ns : l->now_ns) + still;
    l->last_answer_ns += still;
    go_on(l, ms);
}

/* The terminal takes nothing for a while, for so long even that answers seem lost, and then goes
 * on: so do pictures, soon and as before. */
static void test_stands_still(void **state)
{
    static const struct {
        double bytes_per_second;
        unsigned way_ms, still_ms, soon_ms;
    } links[] = {{125000, 200, 10000, 0}, {32000, 200, 10000, 0},    {1250000, 2, 10000, 0},
                 {125000, 200, 1500, 0},  {125000, 200, 700, 0},     {32000, 200, 2000, 0},
                 {1250000, 2, 500, 0},    {125000, 200, 20000, 800}, {32000, 200, 20000, 2000}};
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct link l;
        start(&l, links[i].bytes_per_second, links[i].way_ms);
        l.jitter_us = 5000;
        l.text_ms = 200;
        go_on(&l, 5000);
        stand_still(&l, links[i].still_ms);
        go_on(&l, 2 * links[i].way_ms + links[i].soon_ms);
        uint64_t before = l.taken;
        l.worst_queue_ns = 0;
        go_on(&l, 2000);
        double used = (double)(l.taken - before) / links[i].bytes_per_second / 2;
        if (l.worst_queue_ns / NS_PER_MS > 150 || used < 0.7)
            fail_msg("%zu: %u ms wait, %.2f used", i, (unsigned)(l.worst_queue_ns / NS_PER_MS),
                     used);
    }
}

/* A terminal that has answered and never does again: what is lost does not count as being on its
 * way for ever, so that text goes on. */
static void test_answers_end(void **state)
{
    struct link l;
    (void)state;
    start(&l, 125000, 200);
    l.text_ms = 200;
    go_on(&l, 5000);
    l.answers_at_all = false;
    go_on(&l, 20000);
    for (unsigned i = 0; i < 8; i++) {
        go_on(&l, 10000);
        assert_false(flow_behind(&l.flow));
    }
}

static void test_cap_and_silence(void **state)
{
    struct link l;
    (void)state;
    start(&l, 1e9, 0);
    flow_init(&l.flow, 200000);
    flow_set_mode(&l.flow, FLOW_SILENT);
    go_on(&l, 1000);
    uint64_t before = l.taken;
    go_on(&l, 10000);
    assert_in_range(l.taken - before, 1900000, 2100000);
    assert_false(flow_asks(&l.flow));
    assert_false(flow_wants_probe(&l.flow, l.now_ns));
    assert_true(flow_deadline(&l.flow, l.now_ns) < l.now_ns + 200 * NS_PER_MS);
    start(&l, 1e9, 0); /* nothing is known yet: little leaves */
    l.answers_at_all = false;
    go_on(&l, 2000);
    assert_in_range(l.taken, FLOW_FIRST_BYTES / 2, FLOW_FIRST_BYTES * 2);
    flow_set_mode(&l.flow, FLOW_SILENT);
    assert_true(flow_room(&l.flow, l.now_ns) > FLOW_FIRST_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),       cmocka_unit_test(test_disturbed_links),
        cmocka_unit_test(test_changes),     cmocka_unit_test(test_stands_still),
        cmocka_unit_test(test_answers_end), cmocka_unit_test(test_cap_and_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
