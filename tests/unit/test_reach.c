/* SPDX-License-Identifier: MIT */
/* Reaching back, step by step: each row is a story of what comes, what is asked and what is given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/reach.h"
#include "unit/reach_stories.h"
#include "util/alloc.h"
#include "util/mono.h"

#define MS NS_PER_MS
enum { STRIDE = 100, COUNT = 3, STORIES_MOST = 64 };
static const uint64_t BEGIN = 1000 * NS_PER_S;
static const uint64_t BOOT = 0xb007;
static const struct repair_path path = {.rtt_ns = 20 * MS,
                                        .rttvar_ns = 1 * MS,
                                        .reorder_ns = 3 * MS,
                                        .window_ns = 200 * MS,
                                        .frame_fragments = COUNT};

static struct reach r;
static struct packet_stream stream;
static uint32_t decided;
static bool dark;
static int held; /* frames' memory that is out */

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = mem_alloc(bytes);
    held++;
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
    held--;
}

static int setup(void **state)
{
    held = 0;
    dark = false;
    stream = (struct packet_stream){.boot = BOOT, .stride = STRIDE};
    reach_init(&r, &(struct reasm_owner){.take = take, .give_back = give_back});
    return 0;
}

static int teardown(void **state)
{
    reach_fini(&r);
    assert_int_equal(held, 0);
    return 0;
}

static void start(uint32_t from, uint32_t live_from, uint64_t least_us)
{
    decided = live_from;
    reach_start(&r, from, live_from, least_us);
}

/* A handle is the memory of a frame, which holds its number. */
static enum order_verdict put(uint32_t number, void *handle)
{
    memcpy(handle, &number, sizeof number);
    enum order_verdict v = reach_put(&r, number, number * UINT64_C(40000), handle, COUNT * STRIDE);
    if (v != ORDER_TAKEN)
        give_back(NULL, handle);
    return v;
}

static enum order_verdict put_live(uint32_t number)
{
    uint8_t *data;
    void *handle;
    assert_int_equal(take(NULL, COUNT * STRIDE, &data, &handle), 0);
    return put(number, handle);
}

static struct packet_fragment fragment(uint32_t frame, uint16_t index, uint8_t flags)
{
    static const uint8_t payload[STRIDE];
    return (struct packet_fragment){.flags = flags,
                                    .frame = frame,
                                    .index = index,
                                    .count = COUNT,
                                    .frame_bytes = COUNT * STRIDE,
                                    .payload = payload,
                                    .payload_len = STRIDE};
}

static enum reasm_verdict hear(uint32_t frame, uint16_t index, uint8_t flags, uint64_t now_ns)
{
    struct packet_fragment f = fragment(frame, index, flags);
    struct reasm_slot *slot;
    assert_true(reach_wants(&r, &f, decided));
    enum reasm_verdict v = reach_add(&r, &f, now_ns, &slot);
    assert_int_equal(v == REASM_COMPLETE, slot != NULL);
    if (!slot)
        return v;
    assert_true(slot->flags & FRAGMENT_HISTORY);
    put(frame, slot->handle);
    return v;
}

static void hear_whole(uint32_t frame, uint8_t flags, uint64_t now_ns)
{
    for (uint16_t i = 0; i < COUNT; i++)
        hear(frame, i, flags, now_ns);
}

/* What it asks for; 0: nothing. */
static enum packet_type ask(struct packet *p, uint64_t now_ns)
{
    static uint8_t bitmap[PROTO_NACK_BITMAP_MAX];
    bool asks = reach_next(&r, decided, &stream, &path, now_ns, p, bitmap, sizeof bitmap);
    return asks ? p->type : 0;
}

static void must_fetch(const struct step *s, uint64_t now_ns)
{
    struct packet p;
    assert_int_equal(ask(&p, now_ns), PACKET_FETCH);
    assert_int_equal(p.fetch.boot, BOOT);
    assert_int_equal(p.fetch.from, s->a);
    assert_int_equal(p.fetch.to, s->b);
}

static void must_nack(const struct step *s, uint64_t now_ns)
{
    struct packet p;
    assert_int_equal(ask(&p, now_ns), PACKET_NACK);
    assert_int_equal(p.nack.frame, s->a);
}

static void must_wait(uint64_t now_ns)
{
    struct packet p;
    enum packet_type type;
    for (unsigned i = 0; (type = ask(&p, now_ns)); i++) {
        assert_int_equal(type, PACKET_NACK);
        assert_true(i < REPAIR_FRAMES);
    }
}

static void must_give(uint32_t number)
{
    uint32_t got;
    void *handle = reach_take(&r);
    assert_non_null(handle);
    memcpy(&got, handle, sizeof got);
    give_back(NULL, handle);
    assert_int_equal(got, number);
}

static void must_wake(const struct step *s)
{
    uint64_t at = reach_deadline(&r, decided, &path);
    if (s->a == NEVER)
        assert_true(at == UINT64_MAX);
    else
        assert_int_equal(at <= BEGIN ? 0 : at - BEGIN, s->a * MS);
}

static void give_all(const struct step *s)
{
    for (uint32_t n = s->a; n != s->b + 1; n++)
        must_give(n);
}

static void come(const struct step *s, uint64_t now_ns)
{
    uint8_t flags = s->what == REPAIRS ? FRAGMENT_REPAIR : FRAGMENT_HISTORY;
    for (uint32_t n = s->a; n != s->b + 1; n++) {
        uint8_t first = s->what == FIRST && n == s->a ? FRAGMENT_FIRST : 0;
        if (s->what == LIVE)
            put_live(n);
        else
            hear_whole(n, flags | first, now_ns);
    }
}

static void happen(const struct step *s, uint64_t now_ns)
{
    if (s->what == START)
        start(s->a, s->b, 0);
    else if (s->what == DECIDED)
        decided = s->a;
    else if (s->what == PIECE)
        hear(s->a, (uint16_t)s->b, FRAGMENT_HISTORY, now_ns);
    else if (s->what == SPARE)
        assert_int_equal(hear(s->a, (uint16_t)s->b, FRAGMENT_HISTORY, now_ns), REASM_LATE);
    else if (s->what == DARK || s->what == LIGHT)
        dark = s->what == DARK;
    else if (s->what == SESSION)
        reach_session(&r);
    else if (s->what == LEFT_OUT)
        stream.left_out = (uint8_t)s->a;
    else if (s->what == END)
        reach_end_at(&r, s->a);
    else
        come(s, now_ns);
}

static void expect(const struct step *s, uint64_t now_ns)
{
    if (s->what == FETCHES)
        must_fetch(s, now_ns);
    else if (s->what == NACKS)
        must_nack(s, now_ns);
    else if (s->what == WAITS)
        must_wait(now_ns);
    else if (s->what == WAKES)
        must_wake(s);
    else if (s->what == GIVES)
        give_all(s);
    else if (s->what == NOTHING)
        assert_null(reach_take(&r));
    else
        assert_int_equal(reach_is_over(&r), s->a != YET);
}

static void test_story(void **state)
{
    const struct reach_story *story = *state;
    for (const struct step *s = story->step; s->what != LAST; s++) {
        uint64_t now_ns = BEGIN + s->ms * MS;
        if (!dark)
            r.alive_ns = now_ns;
        if (s->what < FETCHES)
            happen(s, now_ns);
        else
            expect(s, now_ns);
    }
}

/* Only repairs of what live media no longer waits for are taken from it. */
static void test_wants(void **state)
{
    static const struct {
        uint8_t flags, tier;
        uint32_t frame;
        bool asking, want;
    } cases[] = {
        {FRAGMENT_HISTORY, 0, 10, false, true},
        {FRAGMENT_HISTORY, 0, 900, true, true},
        {FRAGMENT_REPAIR, 0, 10, false, false},
        {FRAGMENT_REPAIR, 0, 10, true, true},
        {FRAGMENT_REPAIR, 0, 12, true, true},
        {FRAGMENT_REPAIR, 0, 13, true, false},
        {FRAGMENT_REPAIR, 0, 9, true, false},
        {FRAGMENT_REPAIR, 0, 11, true, false}, /* it is there */
        {FRAGMENT_REPAIR, 1, 10, true, false},
        {0, 0, 10, true, false},
    };
    struct packet p;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        setup(state);
        start(10, 13, 0);
        put_live(11);
        if (cases[i].asking)
            assert_int_equal(ask(&p, BEGIN), PACKET_FETCH);
        struct packet_fragment f = fragment(cases[i].frame, 0, cases[i].flags);
        f.tier = cases[i].tier;
        if (reach_wants(&r, &f, decided) != cases[i].want)
            fail_msg("case %u", i);
        teardown(state);
    }
}

static void test_frames_before_the_time_asked_for(void **state)
{
    start(10, 13, 11 * UINT64_C(40000) + 1);
    for (uint32_t n = 10; n < 14; n++)
        assert_int_equal(put_live(n), n < 12 ? ORDER_UNWANTED : ORDER_TAKEN);
    must_give(12);
    must_give(13);
    assert_int_equal(r.order.given_up, 0);
}

static void test_one_that_is_far_ahead(void **state)
{
    start(10, 10, 0);
    put_live(12);
    assert_int_equal(put_live(11 + ORDER_FRAMES), ORDER_FAR);
    must_give(12);
    assert_int_equal(put_live(11 + ORDER_FRAMES), ORDER_TAKEN);
    assert_null(reach_take(&r));
    assert_true(order_is_missing(&r.order, 13));
}

static void test_nothing_before_the_start_and_after_the_stop(void **state)
{
    struct packet p;
    struct reasm_slot *slot;
    struct packet_fragment f = fragment(10, 0, FRAGMENT_HISTORY);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ask(&p, BEGIN), 0);
        assert_true(reach_deadline(&r, 20, &path) == UINT64_MAX);
        assert_int_equal(reach_add(&r, &f, BEGIN, &slot), REASM_LATE);
        assert_int_equal(put_live(10), ORDER_UNWANTED);
        assert_null(reach_take(&r));
        assert_false(reach_is_over(&r));
        start(10, 13, 0);
        assert_int_equal(ask(&p, BEGIN), PACKET_FETCH);
        hear(10, 0, FRAGMENT_HISTORY, BEGIN); /* under way when it stops */
        assert_int_equal(held, 1);
        reach_stop(&r);
        assert_int_equal(held, 0);
    }
}

/* What is there is given all the same, oldest first. */
static void test_all_at_the_end(void **state)
{
    start(10, 13, 0);
    put_live(11);
    put_live(15);
    for (uint32_t want = 11; want <= 15; want += 4) {
        uint32_t got;
        void *handle = reach_take_any(&r);
        assert_non_null(handle);
        memcpy(&got, handle, sizeof got);
        give_back(NULL, handle);
        assert_int_equal(got, want);
    }
    assert_null(reach_take_any(&r));
    put_live(16); /* is freed by the end */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static struct CMUnitTest tests[STORIES_MOST];
    static const struct CMUnitTest others[] = {
        TEST(test_frames_before_the_time_asked_for),
        TEST(test_one_that_is_far_ahead),
        TEST(test_nothing_before_the_start_and_after_the_stop),
        TEST(test_all_at_the_end),
        cmocka_unit_test(test_wants),
    };
    enum { OTHERS = sizeof others / sizeof *others };
    unsigned n = n_reach_stories;
    if (n + OTHERS > STORIES_MOST)
        return 1;
    for (unsigned i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){reach_stories[i].name, test_story, setup, teardown,
                                       (void *)&reach_stories[i]};
    memcpy(&tests[n], others, sizeof others);
    n += OTHERS;
    return _cmocka_run_group_tests("reach", tests, n, NULL, NULL);
}
