/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/limits.h"
#include "proto/pace.h"

static const uint64_t MS = 1000000;
static const uint64_t BEGIN = 5000000000;

/* Sends a frame on time; returns when its last fragment left, counted from its start. */
static uint64_t last_left(uint16_t count, uint64_t interval_ns, unsigned *groups)
{
    struct pace p;
    uint64_t now = BEGIN;
    pace_start(&p, count, interval_ns, now);
    for (*groups = 0; pace_deadline(&p) != UINT64_MAX; (*groups)++) {
        assert_true(pace_deadline(&p) >= now);
        now = pace_deadline(&p);
        if (*groups > 0)
            assert_int_equal(pace_due(&p, now - 1), 0);
        uint16_t due = pace_due(&p, now);
        assert_in_range(due, 1, PACE_GROUP);
        pace_sent(&p, due, now);
    }
    assert_int_equal(p.sent, count);
    return now - BEGIN;
}

static void frames_leave_in_time(void **state)
{
    static const struct {
        uint16_t count;
        unsigned interval_ms, groups, last_ms;
    } cases[] = {
        {1, 40, 1, 0},
        {PACE_GROUP, 40, 1, 0},
        {PACE_GROUP + 1, 40, 2, 1},
        {170, 40, 6, 5},
        {21 * PACE_GROUP, 40, 21, 20}, /* a group a millisecond is half the interval */
        {41 * PACE_GROUP, 40, 41, 20}, /* quicker */
        {PROTO_FRAGMENTS_MAX, 40, 128, 20},
        {PROTO_FRAGMENTS_MAX, 1000, 128, 127},
        {65, 1, 3, 1},
        {96, 0, 3, 2}, /* interval not known */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned groups;
        uint64_t last = last_left(cases[i].count, cases[i].interval_ms * MS, &groups);
        if (groups != cases[i].groups)
            fail_msg("case %zu: %u groups", i, groups);
        if (last > cases[i].last_ms * MS || last + MS <= cases[i].last_ms * MS)
            fail_msg("case %zu: last after %llu ns", i, (unsigned long long)last);
        if (cases[i].interval_ms > 0)
            assert_true(last <= cases[i].interval_ms * MS / 2);
    }
}

static void nothing_under_way(void **state)
{
    struct pace p;
    pace_start(&p, 0, 40 * MS, BEGIN);
    assert_true(pace_deadline(&p) == UINT64_MAX);
    assert_int_equal(pace_due(&p, BEGIN), 0);
}

static void intervals_of_a_nanosecond_end(void **state)
{
    unsigned groups;
    assert_true(last_left(PROTO_FRAGMENTS_MAX, 1, &groups) <= 128);
}

/* 21 groups at a millisecond each; the sender comes late by so much. */
static void a_late_sender_makes_up(void **state)
{
    static const struct {
        uint64_t late_us;
        uint16_t due;
        uint64_t next_us; /* after the start */
    } cases[] = {
        {0, 32, 1000},       {999, 32, 1000},   {1000, 64, 2000}, {2500, 96, 3000},
        {3999, 128, 4000},   {4000, 128, 5000}, /* no more than PACE_BURST at once: the pace goes on
                                                 from here */
        {30000, 128, 31000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pace p;
        pace_start(&p, 21 * PACE_GROUP, 40 * MS, BEGIN);
        uint64_t now = BEGIN + cases[i].late_us * 1000;
        assert_int_equal(pace_due(&p, now), cases[i].due);
        pace_sent(&p, cases[i].due, now);
        if (pace_deadline(&p) != BEGIN + cases[i].next_us * 1000)
            fail_msg("case %zu", i);
    }
}

static void a_full_socket_is_tried_again(void **state)
{
    struct pace p;
    pace_start(&p, 120, 40 * MS, BEGIN);
    pace_sent(&p, 5, BEGIN);
    assert_int_equal(p.sent, 5);
    assert_true(pace_deadline(&p) == BEGIN + MS);
    pace_sent(&p, 0, BEGIN + MS);
    assert_true(pace_deadline(&p) == BEGIN + 2 * MS);
    pace_sent(&p, 40, BEGIN + 7 * MS / 2); /* of the 64 that were due: two groups are begun */
    assert_true(pace_deadline(&p) == BEGIN + 4 * MS);
    pace_sent(&p, UINT16_MAX, BEGIN + 4 * MS); /* more than there are */
    assert_int_equal(p.sent, 120);
    assert_true(pace_deadline(&p) == UINT64_MAX);
}

static void a_narrow_path_gets_small_groups(void **state)
{
    static const struct {
        uint16_t count;
        uint64_t spread_us;
        uint16_t group;
        uint64_t step_us;
    } cases[] = {
        {24, 48000, 1, 2000}, /* seldom */
        {24, 23000, 1, 958},  /* one a millisecond */
        {24, 6000, 4, 1000},  /* few a millisecond */
        {1, 90000, 1, 90000}, /* a single one leaves at once */
        {4096, 0, 32, 1000},  /* as usual */
        {64, 999, 32, 999},   /* quicker than small groups can be */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pace p;
        uint64_t now_ns = 1000000000, begun_ns = now_ns;
        pace_start_over(&p, cases[i].count, cases[i].spread_us * 1000, now_ns);
        assert_int_equal(p.group, cases[i].group);
        assert_int_equal(p.step_ns / 1000, cases[i].step_us);
        for (unsigned sent = 0; sent < cases[i].count;) {
            now_ns = pace_deadline(&p);
            uint16_t n = pace_due(&p, now_ns);
            assert_in_range(n, 1, cases[i].group);
            pace_sent(&p, n, now_ns);
            sent += n;
            assert_int_equal(p.sent, sent);
        }
        assert_true(now_ns - begun_ns <= (uint64_t)cases[i].count * p.step_ns / p.group);
        assert_int_equal(pace_deadline(&p), UINT64_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_narrow_path_gets_small_groups),
        cmocka_unit_test(frames_leave_in_time),
        cmocka_unit_test(nothing_under_way),
        cmocka_unit_test(intervals_of_a_nanosecond_end),
        cmocka_unit_test(a_late_sender_makes_up),
        cmocka_unit_test(a_full_socket_is_tried_again),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
