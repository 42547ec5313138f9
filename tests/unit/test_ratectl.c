/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/limits.h"
#include "proto/ratectl.h"
#include "util/mono.h"

enum { WINDOW_MS = 200, LOOK_MS = 500, FRAMES = 12, COUNT = 30 };

/* A client that reports every half second. */
struct rig {
    struct ratectl r;
    struct packet_report report;
    struct ratectl_sent sent;
    uint64_t now_ns;
};

static void begin(struct rig *g, unsigned tier, bool whole)
{
    *g = (struct rig){.now_ns = 100 * NS_PER_S};
    ratectl_init(&g->r);
    ratectl_want(&g->r, tier, whole);
    assert_false(ratectl_report(&g->r, &g->report, &g->sent, WINDOW_MS, g->now_ns));
}

/* Half a second in which of all frames so many were lost, with this queue and rate. */
static bool look(struct rig *g, unsigned lost, uint32_t queue_us, uint32_t kbps)
{
    g->now_ns += LOOK_MS * NS_PER_MS;
    g->report.frames += FRAMES - lost;
    g->report.frames_incomplete += lost;
    g->report.expected += FRAMES * COUNT;
    g->report.received += (FRAMES - lost) * COUNT + lost * COUNT / 2;
    g->report.queue_us = queue_us;
    g->report.path_kbps = kbps;
    g->sent.bytes += 250000; /* 4000 kbit/s */
    return ratectl_report(&g->r, &g->report, &g->sent, WINDOW_MS, g->now_ns);
}

static unsigned looks_until_change(struct rig *g, unsigned lost, uint32_t queue_us, uint32_t kbps,
                                   unsigned most)
{
    for (unsigned i = 1; i <= most; i++)
        if (look(g, lost, queue_us, kbps))
            return i;
    return 0;
}

static void a_clean_path_gets_all(void **state)
{
    struct rig g;
    begin(&g, 0, false);
    assert_int_equal(looks_until_change(&g, 0, 0, 0, 1000), 0);
    assert_int_equal(ratectl_pace_kbps(&g.r), 0);
}

/* Steps down the whole ladder; a full-size stream keeps its size. */
static void frames_go_first_then_tiers(void **state)
{
    static const struct {
        unsigned tier;
        bool whole;
        struct ratectl_level level[16];
        unsigned n;
    } cases[] = {
        {0, true, {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 7}, {0, 9}, {0, 14}, {0, 24}}, 9},
        {2, false, {{0, 1}, {0, 2}, {1, 1}, {1, 2}, {1, 3}, {1, 4}}, 6},
        {0, false, {{0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 1}, {3, 2}, {3, 3}}, 9},
        {PROTO_TIERS - 1, false, {{0, 1}, {0, 2}, {0, 3}}, 3},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig g;
        begin(&g, cases[i].tier, cases[i].whole);
        for (unsigned k = 0; k < cases[i].n; k++) {
            g.sent.starved++;
            while (!look(&g, 0, 0, 0))
                g.sent.starved++;
            struct ratectl_level l = ratectl_level(&g.r);
            assert_int_equal(l.tiers_down, cases[i].level[k].tiers_down);
            assert_int_equal(l.left_out, cases[i].level[k].left_out);
        }
    }
}

static void the_ladder_has_an_end(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    for (int i = 0; i < 200; i++) {
        g.sent.starved++;
        look(&g, 0, 0, 0);
    }
    assert_int_equal(ratectl_level(&g.r).left_out, 24);
}

static void what_makes_it_go_down(void **state)
{
    static const struct {
        unsigned lost;
        uint32_t queue_us, kbps;
        unsigned looks; /* 0: never */
        uint8_t left_out;
    } cases[] = {
        {0, 0, 100, 0, 0},   /* a slow look alone is no cause */
        {12, 0, 0, 1, 1},    /* half of all fragments arrive */
        {12, 0, 2000, 1, 2}, /* a path that takes half, less some room */
        {12, 0, 3600, 1, 1}, /* … and one that takes nearly all of it */
        {1, 0, 0, 3, 1},     /* 8 % again and again */
        {0, 40000, 0, 2, 1}, /* a standing queue */
        {0, 39999, 0, 0, 0},     {0, 90000, 12000, 2, 1},
        {0, 90000, 12001, 0, 0}, /* no queue of the path's */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig g;
        begin(&g, 0, true);
        unsigned looks =
            looks_until_change(&g, cases[i].lost, cases[i].queue_us, cases[i].kbps, 40);
        assert_int_equal(looks, cases[i].looks);
        assert_int_equal(ratectl_level(&g.r).left_out, cases[i].left_out);
    }
}

static void a_single_lost_frame_is_forgiven(void **state)
{
    struct rig g;
    begin(&g, 0, false);
    for (int i = 0; i < 20; i++) {
        assert_false(look(&g, 1, 0, 0));
        assert_int_equal(looks_until_change(&g, 0, 0, 0, 20), 0);
    }
}

/* It may be what has just begun to queue: to the bottom of the ladder it is a long way up. */
static void one_look_takes_it_down_so_far(void **state)
{
    struct rig g;
    begin(&g, 0, false);
    g.now_ns += LOOK_MS * NS_PER_MS;
    g.report.frames_incomplete += 2;
    g.report.expected += 2 * COUNT;
    g.sent.bytes += 250000;
    assert_true(ratectl_report(&g.r, &g.report, &g.sent, WINDOW_MS, g.now_ns));
    assert_int_equal(ratectl_level(&g.r).tiers_down, 1);
    assert_int_equal(ratectl_level(&g.r).left_out, 1); /* 1/6 */
}

static void nothing_arrives(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ratectl_level(&g.r).left_out, 0);
        g.now_ns += LOOK_MS * NS_PER_MS;
        g.sent.bytes += 250000;
        assert_int_equal(ratectl_report(&g.r, &g.report, &g.sent, WINDOW_MS, g.now_ns), i == 2);
    }
    assert_true(ratectl_level(&g.r).left_out > 0);
}

static void reports_in_quick_succession_are_one_look(void **state)
{
    struct rig g;
    begin(&g, 0, false);
    g.report.frames_incomplete += 100;
    for (int i = 0; i < 44; i++) {
        g.now_ns += 10 * NS_PER_MS;
        assert_false(ratectl_report(&g.r, &g.report, &g.sent, WINDOW_MS, g.now_ns));
    }
    g.now_ns += 10 * NS_PER_MS;
    assert_true(ratectl_report(&g.r, &g.report, &g.sent, WINDOW_MS, g.now_ns));
}

static void it_goes_up_after_a_clean_while(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    assert_true(look(&g, 12, 0, 0));
    unsigned looks = looks_until_change(&g, 0, 0, 0, 100);
    assert_in_range(looks, 6, 12);
    assert_int_equal(ratectl_level(&g.r).left_out, 0);
}

static void every_step_up_in_vain_takes_longer_to_try_again(void **state)
{
    struct rig g;
    unsigned before = 0;
    begin(&g, 0, true);
    assert_true(look(&g, 12, 0, 0));
    for (int i = 0; i < 6; i++) {
        unsigned looks = looks_until_change(&g, 0, 0, 0, 200);
        assert_true(looks > before || looks >= 48);
        assert_in_range(looks, 1, 60); /* there is a longest wait */
        assert_int_equal(looks_until_change(&g, 12, 0, 0, 1), 1);
        before = looks;
    }
}

static void a_path_that_looks_too_narrow_is_left_alone(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    assert_true(look(&g, 12, 0, 2000));
    assert_int_equal(ratectl_pace_kbps(&g.r), 2600);
    assert_int_equal(looks_until_change(&g, 0, 0, 4001, 100), 0); /* a third would be 6000 */
    assert_true(looks_until_change(&g, 0, 0, 8000, 10) > 0);
    assert_int_equal(ratectl_level(&g.r).left_out, 1);
}

static void a_look_may_deceive(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    assert_true(look(&g, 12, 0, 2000));
    assert_in_range(looks_until_change(&g, 0, 0, 2000, 200), 100, 140);
}

static void a_longer_path_is_no_queue(void **state)
{
    struct rig g;
    begin(&g, 0, true);
    for (int i = 0; i < 100; i++)
        look(&g, 0, 90000, 0); /* whatever is sent */
    assert_int_equal(ratectl_level(&g.r).left_out, 0);
    for (int i = 0; i < 10; i++)
        look(&g, 0, 0, 0); /* the client found that out too */
    assert_true(looks_until_change(&g, 0, 50000, 0, 4) > 0);
}

static void what_the_path_takes_outlives_a_wish(void **state)
{
    struct rig g;
    begin(&g, 1, false);
    ratectl_want(&g.r, 0, true);
    assert_int_equal(ratectl_level(&g.r).left_out, 0); /* nothing is known against it */
    ratectl_want(&g.r, 1, false);
    assert_true(look(&g, 12, 0, 2000));
    assert_int_equal(ratectl_level(&g.r).left_out, 2);
    ratectl_want(&g.r, 0, true); /* a third of half size is a ninth of it all */
    assert_int_equal(ratectl_level(&g.r).left_out, 9);
    assert_int_equal(ratectl_level(&g.r).tiers_down, 0);
    ratectl_want(&g.r, 3, false);
    assert_int_equal(ratectl_level(&g.r).left_out, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path_gets_all),
        cmocka_unit_test(frames_go_first_then_tiers),
        cmocka_unit_test(the_ladder_has_an_end),
        cmocka_unit_test(what_makes_it_go_down),
        cmocka_unit_test(a_single_lost_frame_is_forgiven),
        cmocka_unit_test(one_look_takes_it_down_so_far),
        cmocka_unit_test(nothing_arrives),
        cmocka_unit_test(reports_in_quick_succession_are_one_look),
        cmocka_unit_test(it_goes_up_after_a_clean_while),
        cmocka_unit_test(every_step_up_in_vain_takes_longer_to_try_again),
        cmocka_unit_test(a_path_that_looks_too_narrow_is_left_alone),
        cmocka_unit_test(a_look_may_deceive),
        cmocka_unit_test(a_longer_path_is_no_queue),
        cmocka_unit_test(what_the_path_takes_outlives_a_wish),
    };
    return cmocka_run_group_tests_name("ratectl", tests, NULL, NULL);
}
