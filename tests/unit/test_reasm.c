/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/frag.h"
#include "unit/reasm_rig.h"

static void test_sizes(void **state)
{
    static const struct {
        uint32_t bytes;
        uint16_t stride, count;
    } cases[] = {
        {1, 100, 1},
        {99, 100, 1},
        {100, 100, 1},
        {101, 100, 2},
        {200, 100, 2},
        {201, 100, 3},
        {6400, 100, 64},
        {6401, 100, 65},
        {PROTO_FRAGMENTS_MAX * 1000, 1000, PROTO_FRAGMENTS_MAX},
        {PROTO_FRAME_BYTES_MAX, 1024, PROTO_FRAGMENTS_MAX},
        {PROTO_FRAME_BYTES_MAX, 1139, 3683},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        reasm_announce(&r, 0, cases[i].stride, 0);
        assert_int_equal(frag_count(cases[i].bytes, cases[i].stride), cases[i].count);
        /* Backwards, in steps of 3, so that every frame is out of order. */
        unsigned left = cases[i].count;
        for (unsigned phase = 3; phase-- > 0;)
            for (unsigned k = phase; k < cases[i].count; k += 3) {
                uint16_t index = (uint16_t)(cases[i].count - 1 - k);
                enum reasm_verdict want = --left ? REASM_KEPT : REASM_COMPLETE;
                assert_int_equal(put(i, cases[i].bytes, index, 1), want);
            }
        assert_int_equal(r.frames_complete, i + 1);
        assert_int_equal(r.bytes, 0);
    }
}

static void test_shape(void **state)
{
    static const struct {
        uint16_t index, count;
        uint32_t bytes;
        size_t payload_len;
    } cases[] = {
        {0, 0, 100, 100}, /* no fragments */
        {0, PROTO_FRAGMENTS_MAX + 1, PROTO_FRAGMENTS_MAX * STRIDE + 1, STRIDE},
        {3, 3, 250, 50}, /* index is the count */
        {3, 3, 250, 100},
        {UINT16_MAX, 3, 250, 100},
        {0, 3, 200, 100}, /* would fit two */
        {0, 3, 301, 100}, /* needs four */
        {0, 1, 0, 0},     /* empty */
        {0, 3, UINT32_MAX, 100},
        {0, 3, 250, 99},  /* short */
        {0, 3, 250, 101}, /* long */
        {2, 3, 250, 100}, /* last one too long */
        {2, 3, 250, 49},
        {0, 3, 250, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet_fragment f = fragment(1, 250, 0);
        f.index = cases[i].index;
        f.count = cases[i].count;
        f.frame_bytes = cases[i].bytes;
        f.payload_len = cases[i].payload_len;
        assert_int_equal(add(&f, 1), REASM_BAD);
        assert_int_equal(r.count[REASM_BAD], i + 1);
        assert_int_equal(held, 0);
        assert_false(r.started);
    }
    reasm_announce(&r, 0, 2000, 0); /* 4096 fragments of 2000 are over the cap of a frame */
    struct packet_fragment f = fragment(1, 250, 0);
    f.count = PROTO_FRAGMENTS_MAX;
    f.frame_bytes = PROTO_FRAGMENTS_MAX * 2000;
    f.payload_len = 2000;
    assert_int_equal(add(&f, 1), REASM_BAD);
}

static void test_conflict(void **state)
{
    assert_int_equal(put(1, 250, 0, 1), REASM_KEPT);
    struct packet_fragment f = fragment(1, 350, 1);
    assert_int_equal(add(&f, 1), REASM_CONFLICT); /* another count */
    f = fragment(1, 251, 1);
    assert_int_equal(add(&f, 1), REASM_CONFLICT); /* another length */
    f = fragment(1, 250, 1);
    f.capture_us++;
    assert_int_equal(add(&f, 1), REASM_CONFLICT);
    f = fragment(1, 250, 1);
    f.tier++;
    assert_int_equal(add(&f, 1), REASM_CONFLICT);
    f = fragment(1, 250, 1);
    f.flags = FRAGMENT_REPAIR; /* may differ */
    assert_int_equal(add(&f, 1), REASM_KEPT);
    assert_int_equal(r.slot[0].repaired, 1);
    assert_int_equal(put(1, 250, 2, 1), REASM_COMPLETE);
}

static void test_twice(void **state)
{
    assert_int_equal(put(1, 250, 1, 1), REASM_KEPT);
    assert_int_equal(put(1, 250, 1, 2), REASM_DUPLICATE);
    assert_int_equal(r.slot[0].last_ns, 1); /* does not keep the frame alive */
    assert_int_equal(put(1, 250, 0, 3), REASM_KEPT);
    assert_int_equal(put(1, 250, 2, 3), REASM_COMPLETE);
    for (uint16_t i = 0; i < 3; i++)
        assert_int_equal(put(1, 250, i, 4), REASM_LATE);
    assert_int_equal(put(2, 250, 0, 5), REASM_KEPT);
    assert_int_equal(reasm_expire(&r, 15, 10), 1);
    assert_int_equal(put(2, 250, 1, 16), REASM_LATE);
    assert_int_equal(held, 0);
}

static void test_slots(void **state)
{
    for (uint32_t f = 10; f < 10 + PROTO_REASM_FRAMES; f++)
        assert_int_equal(put(f, 250, 0, 1), REASM_KEPT);
    assert_int_equal(r.bytes, PROTO_REASM_FRAMES * 250);
    assert_int_equal(reasm_oldest(&r), 10);
    assert_int_equal(put(9, 250, 0, 2), REASM_NO_MEMORY); /* older than all: no room is made */
    assert_int_equal(n_given_up, 0);
    uint32_t newer = 10 + PROTO_REASM_FRAMES + 6;
    assert_int_equal(put(newer, 250, 0, 2), REASM_KEPT);
    assert_int_equal(n_given_up, 1);
    assert_int_equal(given_up[0], 10);
    assert_int_equal(r.fragments_missing, 2);
    assert_int_equal(put(10, 250, 1, 3), REASM_LATE);
    assert_int_equal(put(newer - 5, 250, 0, 3), REASM_KEPT); /* not the newest, newer than 11 */
    assert_int_equal(given_up[1], 11);
    assert_int_equal(held, PROTO_REASM_FRAMES);
    assert_int_equal(reasm_oldest(&r), 12);
}

static void test_no_memory(void **state)
{
    refuse = true;
    assert_int_equal(put(1, 250, 0, 1), REASM_NO_MEMORY);
    assert_int_equal(r.bytes, 0);
    refuse = false;
    assert_int_equal(put(1, 250, 1, 1), REASM_KEPT);
    assert_int_equal(put(1, 250, 0, 1), REASM_KEPT);
    assert_int_equal(put(1, 250, 2, 1), REASM_COMPLETE);
}

static void test_expire(void **state)
{
    assert_int_equal(reasm_deadline(&r, 100), UINT64_MAX);
    put(1, 250, 0, 1000);
    put(2, 250, 0, 1010);
    put(1, 250, 1, 1020);
    assert_int_equal(reasm_deadline(&r, 100), 1110);
    assert_int_equal(reasm_expire(&r, 1109, 100), 0);
    assert_int_equal(reasm_expire(&r, 1110, 100), 1);
    assert_int_equal(given_up[0], 2);
    assert_int_equal(reasm_deadline(&r, 100), 1120);
    assert_int_equal(reasm_expire(&r, 5000, 100), 1);
    assert_int_equal(r.frames_abandoned, 2);
    assert_int_equal(r.fragments_missing, 3);
    assert_int_equal(reasm_oldest(&r), 3);
}

static void test_missing(void **state)
{
    static const struct {
        const char *have; /* a 20-fragment frame */
        uint16_t first, end, want_first;
        size_t cap, len;
        uint8_t bits[3];
    } cases[] = {
        {"x...................", 0, 20, 1, 8, 3, {0xff, 0xff, 0xe0}},
        {".xxxxxxxxxxxxxxxxxx.", 0, 20, 0, 8, 3, {0x80, 0x00, 0x10}},
        {".xxxxxxxxxxxxxxxxxx.", 0, 19, 0, 8, 1, {0x80}},
        {".xxxxxxxxxxxxxxxxxx.", 1, 20, 19, 8, 1, {0x80}},
        {".xxxxxxxxxxxxxxxxxx.", 1, 19, 19, 8, 0, {0}},
        {"xx.x.xxxxx.xxxxxxxx.", 0, 20, 2, 8, 3, {0xa0, 0x80, 0x40}},
        {"xx.x.xxxxx.xxxxxxxx.", 3, 20, 4, 8, 2, {0x82, 0x01}},
        {"xx.x.xxxxx.xxxxxxxx.", 0, 20, 2, 2, 2, {0xa0, 0x80}},
        {"xx.x.xxxxxxxxxxxxxx.", 0, 20, 2, 2, 1, {0xa0}},
        {"xx.x.xxxxx.xxxxxxxx.", 0, 99, 2, 8, 3, {0xa0, 0x80, 0x40}},
        {"xxxxxxxxx.xxxxxxxxxx", 20, 20, 20, 8, 0, {0}},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (uint16_t k = 0; k < 20; k++)
            if (cases[i].have[k] == 'x')
                put(i, 20 * STRIDE, k, 1);
        const struct reasm_slot *s = r.slot;
        while (!s->used || s->frame != i)
            s++;
        uint8_t bitmap[8] = {0xee, 0xee, 0xee, 0xee};
        uint16_t first = cases[i].first;
        size_t len = reasm_missing(s, &first, cases[i].end, bitmap, cases[i].cap);
        assert_int_equal(first, cases[i].want_first);
        assert_int_equal(len, cases[i].len);
        assert_memory_equal(bitmap, cases[i].bits, len);
    }
}

static void test_arrival_times(void **state)
{
    put(1, 450, 2, 100);
    put(1, 450, 0, 130);
    assert_int_equal(r.slot[0].first_ns, 100);
    assert_int_equal(r.slot[0].last_ns, 130);
    assert_int_equal(r.slot[0].highest, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sizes),  TEST(test_shape),   TEST(test_conflict),
        TEST(test_twice),  TEST(test_slots),   TEST(test_no_memory),
        TEST(test_expire), TEST(test_missing), TEST(test_arrival_times),
    };
    return cmocka_run_group_tests_name("reasm", tests, NULL, NULL);
}
