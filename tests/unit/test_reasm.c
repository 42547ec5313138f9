/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/frag.h"
#include "proto/reasm.h"
#include "util/alloc.h"
#include "util/mono.h"

enum { STRIDE = 100, WINDOW = PROTO_FRAME_WINDOW };

static struct reasm r;
static int held;             /* frames' memory that is out */
static bool refuse;          /* the owner has no memory */
static uint32_t given_up[8]; /* numbers, as abandoned() said them */
static unsigned n_given_up;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    if (refuse)
        return -1;
    *data = *handle = mem_alloc(bytes);
    assert_non_null(*data);
    held++;
    return 0;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
    held--;
}

static void abandoned(void *ctx, const struct reasm_slot *slot)
{
    if (n_given_up < 8)
        given_up[n_given_up] = slot->frame;
    n_given_up++;
}

static int setup(void **state)
{
    held = 0;
    n_given_up = 0;
    refuse = false;
    reasm_init(&r, &(struct reasm_owner){NULL, take, give_back, abandoned});
    reasm_announce(&r, 0, STRIDE, 0);
    return 0;
}

static int teardown(void **state)
{
    reasm_fini(&r);
    assert_int_equal(held, 0);
    return 0;
}

static uint8_t pattern(uint32_t frame, uint32_t at)
{
    return (uint8_t)((frame * 31 + at) * 2654435761u >> 24);
}

/* A fragment as a sender with r's stride makes it; its payload stays until the next call. */
static struct packet_fragment fragment(uint32_t frame, uint32_t bytes, uint16_t index)
{
    static uint8_t payload[PROTO_UDP_PAYLOAD_MAX];
    uint32_t offset = frag_offset(index, r.stride);
    uint16_t len = frag_len(bytes, r.stride, index);
    for (uint16_t i = 0; i < len; i++)
        payload[i] = pattern(frame, offset + i);
    return (struct packet_fragment){
        .tier = r.tier,
        .frame = frame,
        .index = index,
        .count = frag_count(bytes, r.stride),
        .frame_bytes = bytes,
        .capture_us = frame * UINT64_C(40000),
        .payload = payload,
        .payload_len = len,
    };
}

static enum reasm_verdict add(const struct packet_fragment *f, uint64_t now_ns)
{
    struct reasm_slot *slot;
    enum reasm_verdict v = reasm_add(&r, f, now_ns, &slot);
    assert_int_equal(v == REASM_COMPLETE, slot != NULL);
    if (!slot)
        return v;
    assert_int_equal(slot->frame, f->frame);
    for (uint32_t i = 0; i < slot->bytes; i++)
        if (slot->data[i] != pattern(slot->frame, i))
            fail_msg("frame %u differs at %u", slot->frame, i);
    give_back(NULL, slot->handle);
    return v;
}

static enum reasm_verdict put(uint32_t frame, uint32_t bytes, uint16_t index, uint64_t now_ns)
{
    struct packet_fragment f = fragment(frame, bytes, index);
    return add(&f, now_ns);
}

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

static void test_nothing_announced(void **state)
{
    reasm_unannounce(&r);
    struct packet_fragment f = {.count = 1, .frame_bytes = 1, .payload = (uint8_t[]){0}};
    f.payload_len = 1;
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    assert_int_equal(held, 0);
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

static void test_number_window(void **state)
{
    static const uint32_t starts[] = {5000, 0, 500, UINT32_MAX, UINT32_MAX - 500, 0x80000000u};
    for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) {
        uint32_t newest = starts[i];
        reasm_restart(&r);
        assert_int_equal(put(newest, 50, 0, 1), REASM_COMPLETE);
        assert_int_equal(put(newest - WINDOW, 50, 0, 2), REASM_FOREIGN);
        assert_int_equal(put(newest - WINDOW + 1, 50, 0, 2), REASM_COMPLETE);
        assert_int_equal(put(newest - WINDOW + 1, 50, 0, 2), REASM_LATE);
        assert_int_equal(put(newest + WINDOW, 50, 0, 2), REASM_FOREIGN);
        assert_int_equal(put(newest + 0x80000000u, 50, 0, 2), REASM_FOREIGN);
        assert_int_equal(r.newest, newest);
        assert_int_equal(put(newest + WINDOW - 1, 50, 0, 2), REASM_COMPLETE);
        assert_int_equal(r.newest, newest + WINDOW - 1);
        assert_int_equal(put(newest, 50, 0, 2), REASM_LATE);         /* still known */
        assert_int_equal(put(newest + 1, 50, 0, 2), REASM_COMPLETE); /* shares a bit with -1023 */
        assert_int_equal(put(newest - 1, 50, 0, 2), REASM_FOREIGN);
    }
}

/* A held frame that falls out of the window is given up, or its number would be forgotten. */
static void test_slides(void **state)
{
    assert_int_equal(put(100, 250, 0, 1), REASM_KEPT);
    assert_int_equal(put(100 + WINDOW - 1, 50, 0, 1), REASM_COMPLETE);
    assert_int_equal(n_given_up, 0);
    assert_int_equal(put(100 + WINDOW, 50, 0, 1), REASM_COMPLETE);
    assert_int_equal(n_given_up, 1);
    assert_int_equal(held, 0);
}

static void test_silence(void **state)
{
    const uint64_t silence = PROTO_SILENCE_MS * NS_PER_MS;
    assert_int_equal(put(10, 250, 0, 1000), REASM_KEPT);
    /* An outage of more than the window: foreign at first … */
    assert_int_equal(put(10 + WINDOW, 50, 0, 1000 + silence - 1), REASM_FOREIGN);
    /* … but not for ever, and foreign ones do not prolong it. */
    assert_int_equal(put(10 + WINDOW, 50, 0, 1000 + silence), REASM_COMPLETE);
    assert_int_equal(n_given_up, 1);
    assert_int_equal(r.newest, 10 + WINDOW);
    assert_int_equal(put(11 + WINDOW, 50, 0, 1001 + silence), REASM_COMPLETE);
    /* A stray number at the start locks the stream out for that long only, backwards too. */
    assert_int_equal(put(7, 50, 0, 1001 + 2 * silence), REASM_COMPLETE);
    assert_int_equal(r.newest, 7);
    assert_int_equal(put(6, 50, 0, 1002 + 2 * silence), REASM_COMPLETE);
}

static void test_announced_jump(void **state)
{
    assert_int_equal(put(10, 250, 0, 1), REASM_KEPT);
    reasm_announce(&r, 0, STRIDE, 10 + WINDOW - 1);
    assert_int_equal(n_given_up, 0);
    assert_int_equal(put(10, 250, 1, 1), REASM_KEPT);
    reasm_announce(&r, 0, STRIDE, 10 + WINDOW);
    assert_int_equal(n_given_up, 1);
    assert_int_equal(put(10 + 5 * WINDOW, 50, 0, 1), REASM_COMPLETE);
}

static void test_new_session(void **state)
{
    assert_int_equal(put(10, 250, 0, 1), REASM_KEPT);
    reasm_unannounce(&r);
    struct packet_fragment f = fragment(10, 250, 1);
    f.count = 3;
    assert_int_equal(add(&f, 2), REASM_FOREIGN);
    reasm_announce(&r, 0, STRIDE, 11);
    assert_int_equal(put(10, 250, 1, 3), REASM_KEPT);
    assert_int_equal(put(10, 250, 2, 3), REASM_COMPLETE); /* goes on where it was */
    assert_int_equal(put(11, 250, 0, 3), REASM_KEPT);
    reasm_announce(&r, 0, STRIDE - 1, 12); /* cut otherwise: what is held cannot go on */
    assert_int_equal(n_given_up, 1);
    assert_int_equal(put(11, 250, 0, 3), REASM_LATE);
}

static void test_tiers(void **state)
{
    struct packet_fragment f = fragment(1, 50, 0);
    f.tier = 1;
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    assert_false(r.started);
    assert_int_equal(put(1, 50, 0, 1), REASM_COMPLETE);
    reasm_announce(&r, 2, STRIDE, 5);
    f = fragment(4, 50, 0);
    f.tier = 0; /* before the switch, in the tier of then */
    assert_int_equal(add(&f, 1), REASM_COMPLETE);
    f = fragment(5, 50, 0);
    f.tier = 0;
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    f = fragment(3, 50, 0);
    f.tier = 1; /* never announced */
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    assert_int_equal(put(5, 50, 0, 1), REASM_COMPLETE);
    reasm_announce(&r, 2, STRIDE, 9); /* other facts, same tier: the switch stays where it was */
    f = fragment(6, 50, 0);
    f.tier = 0;
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    assert_int_equal(put(6, 50, 0, 1), REASM_COMPLETE);
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

static void test_give_up(void **state)
{
    put(10, 50, 0, 1);
    put(14, 50, 0, 1);
    put(13, 250, 0, 1);
    reasm_give_up(&r, 11, 13);
    assert_int_equal(put(11, 50, 0, 2), REASM_LATE);
    assert_int_equal(put(12, 50, 0, 2), REASM_LATE);
    assert_int_equal(put(13, 250, 1, 2), REASM_KEPT);
    assert_int_equal(put(9, 50, 0, 2), REASM_COMPLETE);
    reasm_give_up(&r, 14 - 3 * WINDOW, 9); /* clipped to the window */
    assert_int_equal(put(8, 50, 0, 2), REASM_LATE);
    assert_int_equal(put(15 - WINDOW, 50, 0, 2), REASM_LATE);
    reasm_give_up(&r, 15, 1000); /* newer than any seen: cannot be given up */
    assert_int_equal(put(15, 50, 0, 2), REASM_COMPLETE);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sizes),     TEST(test_shape),          TEST(test_nothing_announced),
        TEST(test_conflict),  TEST(test_twice),          TEST(test_slots),
        TEST(test_no_memory), TEST(test_number_window),  TEST(test_slides),
        TEST(test_silence),   TEST(test_announced_jump), TEST(test_new_session),
        TEST(test_tiers),     TEST(test_expire),         TEST(test_give_up),
        TEST(test_missing),   TEST(test_arrival_times),
    };
    return cmocka_run_group_tests_name("reasm", tests, NULL, NULL);
}
