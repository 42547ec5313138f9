/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/thin.h"

/* Frames 0 … n - 1 that are sent, by thin_wants(). */
static unsigned share(struct thin *t, unsigned n)
{
    unsigned sent = 0;
    for (uint32_t i = 0; i < n; i++)
        sent += thin_wants(t, i);
    return sent;
}

static void shares_are_exact_and_even(void **state)
{
    static const struct {
        uint32_t wanted, camera;
        uint8_t left_out;
        unsigned sent, gap_min, gap_max; /* of 3000 frames */
    } cases[] = {
        {0, 25000, 0, 3000, 1, 1},     {25000, 25000, 0, 3000, 1, 1}, {24999, 25000, 0, 2999, 1, 2},
        {10000, 25000, 0, 1200, 2, 3}, {1000, 25000, 0, 120, 25, 25}, {60000, 25000, 0, 3000, 1, 1},
        {10000, 0, 0, 3000, 1, 1},     {0, 25000, 1, 1500, 2, 2},     {0, 0, 2, 1000, 3, 3},
        {0, 25000, 255, 12, 256, 256}, {10000, 25000, 1, 600, 5, 5},  {12500, 25000, 2, 500, 6, 6},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thin t = {.wanted_millihertz = cases[i].wanted,
                         .camera_millihertz = cases[i].camera,
                         .left_out = cases[i].left_out};
        assert_int_equal(share(&t, 3000), cases[i].sent);
        uint32_t last = 0;
        for (uint32_t n = 1; n < 3000; n++) {
            if (!thin_wants(&t, n))
                continue;
            if (last) {
                assert_true(n - last >= cases[i].gap_min);
                assert_true(n - last <= cases[i].gap_max);
            }
            last = n;
        }
    }
}

static void left_out(struct thin *t, uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n != to; n++)
        thin_leave_out(t, n);
}

static void gaps_are_told_with_each_frame(void **state)
{
    static const struct {
        uint32_t from, frame; /* those between are left out */
        uint8_t skipped;
    } sent[] = {{7, 7, 0},      {8, 8, 0},       {9, 10, 1},       {11, 12, 1},
                {13, 267, 254}, {268, 523, 255}, {524, 1524, 255}, {1525, 1525, 0}};
    struct thin t = {0};
    for (unsigned i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        left_out(&t, sent[i].from, sent[i].frame);
        thin_sent(&t, sent[i].frame);
        assert_int_equal(thin_skipped(&t, sent[i].frame), sent[i].skipped);
    }
    assert_int_equal(thin_skipped(&t, 1524), 255); /* still known when it is sent again */
    assert_int_equal(thin_skipped(&t, 1523), 0);   /* never sent */
    assert_int_equal(thin_skipped(&t, 1524 - THIN_SENT), 0);
}

/* A client that was too slow lost them; it is to ask for them. */
static void what_never_came_is_not_left_out(void **state)
{
    struct thin t = {0};
    thin_sent(&t, 10);
    thin_sent(&t, 12);
    assert_int_equal(thin_skipped(&t, 12), 0);
    left_out(&t, 13, 15);
    thin_sent(&t, 16); /* 15 never came */
    assert_int_equal(thin_skipped(&t, 16), 0);
    left_out(&t, 17, 19);
    left_out(&t, 20, 22); /* 19 never came */
    thin_sent(&t, 22);
    assert_int_equal(thin_skipped(&t, 22), 2);
}

static void a_pause_is_no_gap(void **state)
{
    struct thin t = {0};
    thin_sent(&t, 10);
    left_out(&t, 11, 13);
    thin_pause(&t);
    thin_sent(&t, 13);
    assert_int_equal(thin_skipped(&t, 13), 0);
}

static void numbers_wrap(void **state)
{
    struct thin t = {0};
    thin_sent(&t, UINT32_MAX - 1);
    left_out(&t, UINT32_MAX, 1);
    thin_sent(&t, 1);
    assert_int_equal(thin_skipped(&t, 1), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_exact_and_even),
        cmocka_unit_test(gaps_are_told_with_each_frame),
        cmocka_unit_test(what_never_came_is_not_left_out),
        cmocka_unit_test(a_pause_is_no_gap),
        cmocka_unit_test(numbers_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
