/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/repair.h"
#include "util/alloc.h"
#include "util/mono.h"

#define MS NS_PER_MS

enum { STRIDE = 100, COUNT = 40 };
static const uint64_t BEGIN = 1000 * NS_PER_S;

static struct reasm r;
static struct repair p;
static struct repair_path path;
static struct packet_nack nack;
static uint8_t bitmap[PROTO_NACK_BITMAP_MAX];

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = mem_alloc(bytes);
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
}

static int setup(void **state)
{
    reasm_init(&r, &(struct reasm_owner){.take = take, .give_back = give_back});
    reasm_announce(&r, 0, STRIDE, 0);
    repair_init(&p);
    path = (struct repair_path){
        .rtt_ns = 20 * MS,
        .rttvar_ns = 1 * MS,
        .reorder_ns = 5 * MS,
        .window_ns = 200 * MS,
        .frame_fragments = COUNT,
    };
    return 0;
}

static int teardown(void **state)
{
    reasm_fini(&r);
    return 0;
}

static void hear(uint32_t frame, uint16_t index, uint8_t flags, uint64_t ms)
{
    static const uint8_t payload[STRIDE];
    struct packet_fragment f = {.flags = flags,
                                .frame = frame,
                                .index = index,
                                .count = COUNT,
                                .frame_bytes = COUNT * STRIDE,
                                .payload = payload,
                                .payload_len = STRIDE};
    struct reasm_slot *slot;
    enum reasm_verdict v = reasm_add(&r, &f, BEGIN + ms * MS, &slot);
    if (v == REASM_COMPLETE)
        give_back(NULL, slot->handle);
    if (v == REASM_COMPLETE || v == REASM_KEPT)
        repair_note(&p, &r, &f, BEGIN + ms * MS);
}

static void hear_range(uint32_t frame, uint16_t from, uint16_t end, uint64_t ms)
{
    for (uint16_t i = from; i < end; i++)
        hear(frame, i, 0, ms);
}

static bool next(uint64_t ms)
{
    return repair_next(&p, &r, &path, BEGIN + ms * MS, &nack, bitmap, sizeof bitmap);
}

static uint64_t deadline_ms(void)
{
    uint64_t at = repair_deadline(&p, &r, &path);
    return at == UINT64_MAX ? at : (at - BEGIN) / MS;
}

/* The fragments the newest NACK asks for, as text: "3-5,9", or "all". */
static const char *wanted(void)
{
    static char text[400];
    size_t at = 0;
    text[0] = '\0';
    if (nack.bytes == 0)
        return "all";
    assert_true(bitmap[nack.bytes - 1] != 0);
    for (int i = 0, from = -1; i <= nack.bytes * 8; i++) {
        bool bit = i < nack.bytes * 8 && bitmap[i / 8] >> (7 - i % 8) & 1;
        if (bit && from < 0)
            from = i;
        if (bit || from < 0)
            continue;
        at += (size_t)snprintf(text + at, sizeof text - at, at ? ",%d" : "%d", nack.first + from);
        if (i - from > 1)
            at += (size_t)snprintf(text + at, sizeof text - at, "-%d", nack.first + i - 1);
        from = -1;
    }
    return text;
}

/* Nothing before at_ms, then exactly this. */
static void expect(uint64_t at_ms, uint32_t frame, const char *what)
{
    assert_int_equal(deadline_ms(), at_ms);
    assert_false(next(at_ms - 1));
    assert_true(next(at_ms));
    assert_int_equal(nack.frame, frame);
    assert_string_equal(wanted(), what);
}

static void test_clean(void **state)
{
    for (uint32_t f = 1; f < 50; f++) {
        hear_range(f, 0, COUNT / 2, f * 40);
        assert_false(next(f * 40));
        hear_range(f, COUNT / 2, COUNT, f * 40 + 1);
        assert_true(deadline_ms() == UINT64_MAX);
        assert_false(next(f * 40 + 39));
    }
    assert_int_equal(p.nacks, 0);
}

static void test_gap(void **state)
{
    hear_range(1, 0, 5, 0);
    hear_range(1, 8, 12, 1);
    assert_int_equal(deadline_ms(), 6);
    hear(1, 6, 0, 3); /* was reordered only */
    hear_range(1, 12, COUNT, 4);
    expect(6, 1, "5,7");
    assert_false(next(6));
    hear(1, 5, FRAGMENT_REPAIR, 27);
    expect(30, 1, "7"); /* RTT + 4 RTTVar = 24 ms later */
    hear(1, 7, FRAGMENT_REPAIR, 50);
    assert_int_equal(r.frames_complete, 1);
    assert_true(deadline_ms() == UINT64_MAX);
    assert_false(next(54));
    assert_int_equal(p.nacks, 2);
    assert_int_equal(p.asked, 3);
}

static void test_reordered_within_allowance(void **state)
{
    hear_range(1, 1, COUNT, 0);
    hear(1, 0, 0, 4);
    assert_int_equal(r.frames_complete, 1);
    assert_false(next(100));
}

static void test_two_gaps(void **state)
{
    hear(1, 0, 0, 0);
    hear(1, 2, 0, 0);
    hear(1, 4, 0, 4);
    expect(5, 1, "1");
    hear(1, 5, 0, 5); /* shows the second gap again */
    hear_range(1, 6, COUNT, 6);
    expect(10, 1, "3");     /* not 1, which is on its way */
    assert_false(next(13)); /* it fell silent, with nothing missing at its end */
    expect(34, 1, "1,3");
}

/* What was asked for came in time, while the frame is still being sent. */
static void test_repaired_while_sent(void **state)
{
    hear(1, 0, 0, 0);
    hear_range(1, 2, 6, 0);
    expect(5, 1, "1");
    hear_range(1, 6, 10, 6);
    assert_int_equal(deadline_ms(), 13); /* the gap is known: only silence would be new */
    hear(1, 1, FRAGMENT_REPAIR, 25);
    for (uint16_t i = 10; i < COUNT; i++) {
        assert_false(next(16 + i));
        hear(1, i, 0, 16 + i);
    }
    assert_int_equal(r.frames_complete, 1);
    assert_int_equal(p.nacks, 1);
}

static void test_tail(void **state)
{
    hear_range(1, 0, 37, 0);
    expect(7, 1, "37-39"); /* silent for pacing and allowance */
}

static void test_tail_shown_by_newer_frame(void **state)
{
    path.reorder_ns = MS;
    hear_range(1, 0, 37, 0);
    hear(2, 0, 0, 1);
    expect(2, 1, "37-39");
}

static void test_whole_frame(void **state)
{
    hear_range(UINT32_MAX, 0, COUNT, 0);
    hear_range(1, 0, COUNT, 80); /* 0 never came */
    expect(85, 0, "all");
    assert_int_equal(nack.first, 0);
    hear(0, 3, FRAGMENT_REPAIR, 106);
    hear_range(0, 10, COUNT, 107);
    expect(109, 0, "0-2,4-9"); /* all had been asked for */
    hear_range(0, 0, COUNT, 130);
    assert_int_equal(r.frames_complete, 3);
    assert_true(deadline_ms() == UINT64_MAX);
}

static void test_oldest_first(void **state)
{
    static const uint32_t order[] = {UINT32_MAX - 1, UINT32_MAX, 0, 1};
    hear(order[0], 0, 0, 0);
    hear(order[1], 0, 0, 0);
    hear(order[3], 0, 0, 0);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(next(50));
        assert_int_equal(nack.frame, order[i]);
    }
    assert_false(next(50));
}

static void test_fits_the_window(void **state)
{
    hear(1, 0, 0, 0);
    hear_range(1, 2, COUNT, 0);
    unsigned tries = 0;
    uint64_t last = 0;
    for (uint64_t ms = 0; ms < 1000; ms++)
        if (next(ms)) {
            assert_true(tries == 0 || ms >= last + 24);
            last = ms;
            tries++;
        }
    assert_true(last <= 180); /* later no answer comes in time */
    assert_in_range(tries, 7, 9);
    assert_true(deadline_ms() == UINT64_MAX);
}

static void test_least_wait(void **state)
{
    path.rtt_ns = path.rttvar_ns = 0;
    hear(1, 0, 0, 0);
    hear_range(1, 2, COUNT, 0);
    expect(5, 1, "1");
    assert_false(next(7));
    expect(15, 1, "1");
}

static void test_given_up(void **state)
{
    hear(1, 0, 0, 0);
    hear(1, 2, 0, 0);
    hear_range(3, 0, COUNT, 1);
    reasm_expire(&r, BEGIN + 60 * MS, 50 * MS);
    reasm_give_up(&r, 2, 3);
    assert_true(deadline_ms() == UINT64_MAX);
    assert_false(next(60));
}

static void test_budget(void **state)
{
    p.budget = 4 * 3 + 1;
    hear(1, 0, FRAGMENT_REPAIR, 0);
    hear(1, 10, FRAGMENT_REPAIR, 0);
    assert_true(next(5));
    assert_string_equal(wanted(), "1-3");
    assert_false(next(5));
    assert_true(deadline_ms() == UINT64_MAX); /* not before more has come */
    hear(1, 11, 0, 6);
    hear(1, 12, 0, 6);
    assert_false(next(6));
    hear(1, 13, 0, 6); /* four quarters */
    assert_int_equal(deadline_ms(), 5);
    assert_true(next(6));
    assert_string_equal(wanted(), "4");
    assert_false(next(7));
    /* A frame that never came costs as much as a usual one. */
    p.budget = 4 * COUNT - 3;
    hear_range(2, 0, COUNT, 7);
    p.budget = 4 * COUNT - 1;
    hear_range(4, 0, 1, 300); /* 3 is missing; 1 is past its window */
    assert_int_equal(p.budget, 4 * COUNT);
    assert_true(next(306));
    assert_int_equal(nack.frame, 3);
    assert_int_equal(p.budget, 0);
    for (uint32_t f = 10; f < 100; f++)
        hear_range(f, 0, COUNT, 400);
    assert_int_equal(p.budget, 4 * REPAIR_BURST);
}

static void test_small_message(void **state)
{
    hear(1, 0, 0, 0);
    hear(1, COUNT - 1, 0, 0);
    const char *parts[] = {"1-16", "17-32", "33-38"};
    for (unsigned i = 0; i < 3; i++) {
        assert_true(repair_next(&p, &r, &path, BEGIN + 5 * MS, &nack, bitmap, 2));
        assert_string_equal(wanted(), parts[i]);
    }
    assert_false(next(5));
    assert_true(repair_next(&p, &r, &path, BEGIN + 29 * MS, &nack, bitmap, 2));
    assert_string_equal(wanted(), parts[0]); /* again from the start, and on at once */
    assert_true(repair_next(&p, &r, &path, BEGIN + 29 * MS, &nack, bitmap, 2));
    assert_string_equal(wanted(), parts[1]);
}

static void test_outage(void **state)
{
    hear_range(1, 0, COUNT, 0);
    hear_range(501, 0, COUNT, 1);
    unsigned n = 0;
    path.frame_fragments = 1;
    while (next(10)) {
        assert_true(nack.frame > 501 - REPAIR_FRAMES);
        n++;
    }
    assert_int_equal(n, REPAIR_FRAMES - 1);
}

static void test_restart(void **state)
{
    hear(100, 0, 0, 0);
    hear(100, 2, 0, 0);
    reasm_restart(&r);
    repair_restart(&p);
    hear_range(5, 0, COUNT, 1);
    assert_true(deadline_ms() == UINT64_MAX);
    hear(6, 0, 0, 2);
    hear(6, 2, 0, 2);
    expect(7, 6, "1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_clean),
        TEST(test_gap),
        TEST(test_reordered_within_allowance),
        TEST(test_two_gaps),
        TEST(test_repaired_while_sent),
        TEST(test_tail),
        TEST(test_tail_shown_by_newer_frame),
        TEST(test_whole_frame),
        TEST(test_oldest_first),
        TEST(test_fits_the_window),
        TEST(test_least_wait),
        TEST(test_given_up),
        TEST(test_budget),
        TEST(test_small_message),
        TEST(test_outage),
        TEST(test_restart),
    };
    return cmocka_run_group_tests_name("repair", tests, NULL, NULL);
}
