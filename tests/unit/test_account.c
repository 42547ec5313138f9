/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/account.h"
#include "util/mono.h"

enum { WINDOW = PROTO_FRAME_WINDOW, COUNT = 10 };

static struct account a;

static int setup(void **state)
{
    account_init(&a);
    return 0;
}

static void frame(uint32_t number, unsigned have)
{
    account_frame(&a,
                  &(struct reasm_slot){.frame = number, .count = COUNT, .have = (uint16_t)have});
}

static void whole(uint32_t number)
{
    frame(number, COUNT);
}

static void check(uint64_t frames, uint64_t incomplete, uint64_t packets, uint64_t lost)
{
    assert_int_equal(a.frames, frames);
    assert_int_equal(a.frames_incomplete, incomplete);
    assert_int_equal(a.packets, packets);
    assert_int_equal(a.packets_lost, lost);
}

/* Everything up to the newest frame is certain. */
static void settle_all(uint64_t now_ns)
{
    account_settle(&a, a.newest + 1, now_ns, 100);
    account_settle(&a, a.newest + 1, now_ns + 100, 100);
}

static void test_in_order(void **state)
{
    for (uint32_t i = UINT32_MAX - 5; i != 6; i++) /* across 2^32 */
        whole(i);
    settle_all(0);
    check(12, 0, 120, 0);
    assert_int_equal(a.next_frame, 6);
}

static void test_incomplete(void **state)
{
    whole(1);
    frame(2, 7);
    whole(3);
    check(2, 1, 27, 3);
}

static void test_never_seen(void **state)
{
    whole(UINT32_MAX - 1);
    whole(3); /* -1, 0, 1, 2 are open */
    account_settle(&a, 4, 1000, 100);
    account_settle(&a, 4, 1099, 100);
    check(2, 0, 20, 0); /* not certain yet */
    account_settle(&a, 4, 1100, 100);
    check(2, 4, 20, 40);
    assert_int_equal(a.next_frame, 4);
    account_settle(&a, 4, 9999, 100);
    check(2, 4, 20, 40);
}

static void test_repaired_out_of_order(void **state)
{
    whole(1);
    whole(4);
    account_settle(&a, 5, 1000, 100);
    whole(3);
    whole(6); /* newer than the mark */
    account_settle(&a, 7, 1100, 100);
    check(4, 1, 40, 10); /* 2 only: 5 was passed just now */
    assert_int_equal(a.next_frame, 5);
    whole(2); /* counted as lost, stays so */
    check(4, 1, 40, 10);
    whole(5);
    check(5, 1, 50, 10);
    settle_all(2000);
    check(5, 1, 50, 10);
}

/* A frame in reassembly is not lost, however long it takes. */
static void test_held(void **state)
{
    whole(1);
    whole(5);
    account_settle(&a, 3, 1000, 100);
    account_settle(&a, 3, 1100, 100);
    check(2, 1, 20, 10);
    assert_int_equal(a.next_frame, 3);
    account_settle(&a, 3, 1200, 100);
    account_settle(&a, 3, 1300, 100);
    check(2, 1, 20, 10);
    frame(3, 9);
    account_settle(&a, 6, 1400, 100);
    check(2, 3, 29, 21);
}

/* Frames older than the first one were never expected: received if they come, never lost. */
static void test_before_start(void **state)
{
    whole(100);
    whole(98);
    frame(97, 4);
    settle_all(0);
    check(2, 1, 24, 6);
    whole(101);
    settle_all(1000);
    check(3, 1, 34, 6);
    whole(98 + WINDOW + 1); /* 98 left no trace in the window of later numbers */
    assert_int_equal(a.frames_incomplete, 1);
    settle_all(2000);
    assert_int_equal(a.frames_incomplete, 1 + WINDOW - 3);
}

/* Open numbers are decided before their bits are needed again, whoever settles or not. */
static void test_window(void **state)
{
    whole(0);
    whole(5);
    for (uint32_t i = 900; i <= WINDOW; i++)
        whole(i);
    check(2 + WINDOW - 899, 0, 10 * (2 + WINDOW - 899), 0);
    whole(WINDOW + 1); /* 1 … 1 leave the window, 2 … 4 stay */
    assert_int_equal(a.frames_incomplete, 1);
    assert_int_equal(a.next_frame, 2);
    whole(WINDOW + 4);
    assert_int_equal(a.frames_incomplete, 4);
    assert_int_equal(a.next_frame, 6);
    whole(WINDOW + 5); /* the bit of 5 */
    assert_int_equal(a.frames, 2 + WINDOW - 899 + 3);
    settle_all(0);
    assert_int_equal(a.frames + a.frames_incomplete, WINDOW + 6);
}

/* Reassembly may hold a frame for so long that the next one decided is far ahead. */
static void test_far_ahead(void **state)
{
    whole(0);
    whole(5);
    whole(5 + WINDOW); /* not taken for 5 */
    assert_int_equal(a.frames, 3);
    account_init(&a);
    whole(10);
    whole(10 + 2 * WINDOW);
    check(2, WINDOW, 20, WINDOW * COUNT);
    whole(10 + WINDOW + 1); /* was held meanwhile */
    settle_all(0);
    check(3, 2 * WINDOW - 2, 30, (2 * WINDOW - 2) * COUNT);
}

static void test_restart(void **state)
{
    whole(1);
    whole(3);
    account_restart(&a);
    check(2, 1, 20, 10);
    whole(2); /* another run's number */
    settle_all(0);
    check(3, 1, 30, 10);
}

static void test_frame_size(void **state)
{
    account_frame(&a, &(struct reasm_slot){.frame = 1, .count = 20, .have = 20});
    for (uint32_t i = 2; i < 100; i++)
        account_frame(&a, &(struct reasm_slot){.frame = i, .count = 4, .have = 4});
    whole(101);
    settle_all(0);
    assert_int_equal(a.packets_lost, 5); /* 4 + (10 - 4) / 8 */
}

static void test_jitter(void **state)
{
    /* RFC 3550: J += (|D| - J) / 16 over arrival - capture; a constant offset does not matter. */
    static const struct {
        uint32_t frame;
        int64_t late_us;
        uint16_t have;
        double jitter_us;
    } cases[] = {
        {1, 0, COUNT, 0},
        {2, 160, COUNT, 10},
        {3, 160, COUNT, 9.375},
        {5, 0, COUNT, 18.7890625},
        {4, 99999, COUNT, 18.7890625},     /* a repair says nothing */
        {6, 99999, COUNT - 1, 18.7890625}, /* nor does a torn frame */
        {7, 0, COUNT, 17.61474609375},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t at_us = cases[i].frame * UINT64_C(40000);
        account_frame(&a, &(struct reasm_slot){
                              .frame = cases[i].frame,
                              .count = COUNT,
                              .have = cases[i].have,
                              .capture_us = at_us + (UINT64_C(1) << 60),
                              .first_ns = (at_us + 7000 + (uint64_t)cases[i].late_us) * NS_PER_US,
                          });
        assert_true(a.jitter_us == cases[i].jitter_us);
    }
}

static void test_repairs(void **state)
{
    account_frame(&a, &(struct reasm_slot){.frame = 1, .count = 9, .have = 9, .repaired = 2});
    account_frame(&a, &(struct reasm_slot){.frame = 2, .count = 9, .have = 8, .repaired = 3});
    assert_int_equal(a.packets_repaired, 5);
    check(1, 1, 17, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_in_order),   TEST(test_incomplete),
        TEST(test_never_seen), TEST(test_repaired_out_of_order),
        TEST(test_held),       TEST(test_before_start),
        TEST(test_window),     TEST(test_far_ahead),
        TEST(test_restart),    TEST(test_frame_size),
        TEST(test_jitter),     TEST(test_repairs),
    };
    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
