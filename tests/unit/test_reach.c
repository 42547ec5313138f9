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
#include "util/alloc.h"
#include "util/mono.h"

#define MS NS_PER_MS
enum { STRIDE = 100, COUNT = 3 };
static const uint64_t BEGIN = 1000 * NS_PER_S;
static const uint64_t BOOT = 0xb007;
static const struct repair_path path = {.rtt_ns = 20 * MS,
                                        .rttvar_ns = 1 * MS,
                                        .reorder_ns = 3 * MS,
                                        .window_ns = 200 * MS,
                                        .frame_fragments = COUNT};

enum what {
    LAST,     /* of a story */
    START,    /* at frame a; live media brings b and newer */
    DECIDED,  /* live media has had its chance before a */
    LIVE,     /* frames a … b come whole, live */
    PAST,     /* … out of the history */
    FIRST,    /* … which begins there */
    REPAIRS,  /* … as repairs */
    PIECE,    /* fragment b of the history's frame a */
    SPARE,    /* … which is of no use */
    DARK,     /* nothing at all is heard of the server, from now on */
    LIGHT,    /* … until now */
    SESSION,  /* another one begins */
    LEFT_OUT, /* of a + 1 live frames one is sent */
    END,      /* a is not wanted any more, nor what is newer */
    FETCHES,  /* asks for a … b */
    NACKS,    /* asks for the rest of a */
    WAITS,    /* asks for no frames */
    WAKES,    /* has nothing to do before a ms */
    GIVES,    /* frames a … b, in order, and no more for now */
    NOTHING,  /* gives none */
    OVER,     /* all is settled; a: or not */
};
struct step {
    unsigned ms;
    enum what what;
    uint32_t a, b;
};
enum { STEPS = 24, YET = 1, NEVER = UINT32_MAX };

struct row {
    const char *name;
    struct step step[STEPS];
};

static const struct row rows[] = {
    {"live frames need no history",
     {{0, START, 10, 10},
      {0, WAITS},
      {0, WAKES, NEVER},
      {0, LIVE, 10, 10},
      {0, LIVE, 12, 12},
      {0, GIVES, 10, 10},
      {9, LIVE, 11, 11},
      {9, GIVES, 11, 12}}},
    {"what is before live media",
     {{0, START, 10, 13},
      {0, WAKES, 0},
      {0, FETCHES, 10, 12},
      {0, WAITS},
      {5, LIVE, 13, 14},
      {5, NOTHING},
      {20, FIRST, 10, 10},
      {20, GIVES, 10, 10},
      {60, PAST, 11, 12},
      {60, GIVES, 11, 14},
      {60, WAITS},
      {60, WAKES, NEVER}}},
    {"what live media lost",
     {{0, START, 10, 10},
      {0, LIVE, 10, 10},
      {0, LIVE, 12, 13},
      {0, GIVES, 10, 10},
      {0, DECIDED, 11},
      {0, WAITS},
      {0, DECIDED, 12},
      {0, FETCHES, 11, 11},
      {9, FIRST, 11, 11},
      {9, GIVES, 11, 13}}},
    {"late repairs of live media",
     {{0, START, 10, 10},
      {0, LIVE, 11, 11},
      {0, DECIDED, 11},
      {0, FETCHES, 10, 10},
      {9, SPARE, 11, 0},
      {9, REPAIRS, 10, 10},
      {9, GIVES, 10, 11}}},
    {"live media that has decided nothing yet",
     {{0, START, 10, 13}, {0, DECIDED, 5}, {0, FETCHES, 10, 12}}},
    {"numbers wrap",
     {{0, START, UINT32_MAX - 1, 1},
      {0, FETCHES, UINT32_MAX - 1, 0},
      {9, FIRST, UINT32_MAX - 1, 0},
      {9, LIVE, 1, 1},
      {9, GIVES, UINT32_MAX - 1, 1}}},
    {"asked again when no answer comes",
     {{0, START, 10, 13},
      {0, FETCHES, 10, 12},
      {0, WAKES, 300},
      {299, WAITS},
      {300, FETCHES, 10, 12},
      {599, WAITS},
      {600, FETCHES, 10, 12}}},
    {"an answer puts that off",
     {{0, START, 10, 13},
      {0, FETCHES, 10, 12},
      {290, PIECE, 10, 0},
      {300, WAITS},
      {589, WAITS},
      {590, FETCHES, 10, 12}}},
    {"another FETCH's answer does not",
     {{0, START, 10, 13},
      {0, FETCHES, 10, 12},
      {290, PAST, 9, 9},
      {290, PAST, 13, 13},
      {299, WAITS},
      {300, FETCHES, 10, 12}}},
    {"missing fragments",
     {{0, START, 10, 13},
      {0, FETCHES, 10, 12},
      {9, PIECE, 10, 1},
      {9, WAKES, 12},
      {11, WAITS},
      {12, NACKS, 10},
      {20, PIECE, 10, 0},
      {20, PIECE, 10, 2},
      {20, GIVES, 10, 10}}},
    {"missing frames",
     {{0, START, 10, 13}, {0, FETCHES, 10, 12}, {9, PAST, 11, 11}, {12, NACKS, 10}}},
    {"others between two that are missing, so few that one FETCH does",
     {{0, START, 10, 21}, {0, LIVE, 11, 18}, {0, FETCHES, 10, 20}}},
    {"others between two that are missing, too many for that",
     {{0, START, 10, 21},
      {0, LIVE, 11, 19},
      {0, FETCHES, 10, 10},
      {9, FIRST, 10, 10},
      {9, GIVES, 10, 19},
      {9, FETCHES, 20, 20}}},
    {"all that is missing when there is no answer",
     {{0, START, 10, 21},
      {0, LIVE, 11, 19},
      {0, FETCHES, 10, 10},
      {300, FETCHES, 10, 20},
      {310, FIRST, 20, 20},
      {509, WAITS},
      {510, WAITS},
      {510, GIVES, 11, 20}}},
    {"history that begins later",
     {{0, START, 10, 20},
      {0, FETCHES, 10, 19},
      {5, FIRST, 14, 14},
      {9, PAST, 15, 19},
      {204, NOTHING},
      {204, WAITS},
      {204, WAKES, 205},
      {205, WAITS},
      {205, GIVES, 14, 19}}},
    {"older ones may come yet",
     {{0, START, 10, 20},
      {0, FETCHES, 10, 19},
      {5, FIRST, 14, 14},
      {100, PAST, 12, 12},
      {204, WAITS},
      {204, NOTHING},
      {205, WAITS},
      {205, GIVES, 12, 12},
      {205, GIVES, 14, 14}}},
    {"the rest of an answer says nothing about its beginning",
     {{0, START, 10, 20},
      {0, FETCHES, 10, 19},
      {5, PAST, 14, 14},
      {204, WAITS},
      {205, FETCHES, 10, 19},
      {210, PAST, 15, 15},
      {410, FETCHES, 10, 19},
      {420, FIRST, 10, 13},
      {420, GIVES, 10, 15}}},
    {"a frame that was passed is asked for once more",
     {{0, START, 10, 40},
      {0, FETCHES, 10, 39},
      {5, PIECE, 10, 0},
      {9, PAST, 11, 39},
      {204, WAITS},
      {205, FETCHES, 10, 10},
      {210, FIRST, 10, 10},
      {210, GIVES, 10, 39}}},
    {"not while it is repaired",
     {{0, START, 10, 40},
      {0, FETCHES, 10, 39},
      {5, PIECE, 10, 0},
      {9, PAST, 11, 39},
      {150, PIECE, 10, 1},
      {349, WAITS},
      {350, FETCHES, 10, 10}}},
    {"not as soon as it is its turn",
     {{0, START, 10, 40},
      {0, FETCHES, 10, 39},
      {5, FIRST, 10, 10},
      {5, GIVES, 10, 10},
      {290, PAST, 12, 39},
      {290, WAITS},
      {489, WAITS},
      {490, FETCHES, 11, 11}}},
    {"patience with a silent history",
     {{0, START, 10, 13},
      {0, LIVE, 13, 13},
      {0, FETCHES, 10, 12},
      {300, FETCHES, 10, 12},
      {1800, FETCHES, 10, 12},
      {2099, WAITS},
      {2099, NOTHING},
      {2100, WAITS},
      {2100, GIVES, 13, 13}}},
    {"a path that takes one live frame of three brings the history as slowly",
     {{0, LEFT_OUT, 2},
      {0, START, 10, 13},
      {0, LIVE, 13, 13},
      {0, FETCHES, 10, 12},
      {2100, FETCHES, 10, 12},
      {5700, FETCHES, 10, 12},
      {5999, WAITS},
      {5999, NOTHING},
      {6000, WAITS},
      {6000, GIVES, 13, 13}}},
    {"an outage does not try it",
     {{0, START, 10, 13},
      {0, LIVE, 13, 13},
      {0, FETCHES, 10, 12},
      {100, DARK},
      {300, FETCHES, 10, 12},
      {850, FETCHES, 10, 12}, /* 750 ms of silence: an outage */
      {850, LIGHT},
      {2000, FETCHES, 10, 12},
      {2550, FETCHES, 10, 12},
      {2849, WAITS},
      {2849, NOTHING},
      {2850, WAITS},
      {2850, GIVES, 13, 13}}},
    {"a short silence is no outage",
     {{0, START, 10, 13},
      {0, LIVE, 13, 13},
      {0, FETCHES, 10, 12},
      {100, DARK},
      {849, FETCHES, 10, 12},
      {849, LIGHT},
      {1700, FETCHES, 10, 12},
      {2000, WAITS},
      {2000, GIVES, 13, 13}}},
    {"nor does an answer",
     {{0, START, 10, 13},
      {0, LIVE, 13, 13},
      {0, FETCHES, 10, 12},
      {1000, FIRST, 10, 10},
      {1000, GIVES, 10, 10},
      {2700, FETCHES, 11, 12},
      {2999, WAITS},
      {2999, NOTHING},
      {3000, WAITS},
      {3000, GIVES, 13, 13}}},
    {"another session",
     {{0, START, 10, 13},
      {0, FETCHES, 10, 12},
      {5, FIRST, 10, 10},
      {5, GIVES, 10, 10},
      {9, SESSION},
      {9, PAST, 11, 11}, /* nobody asked in this one */
      {9, NOTHING},
      {9, FETCHES, 11, 12}}},
    {"an end before live media",
     {{0, START, 10, 13},
      {0, END, 12},
      {0, FETCHES, 10, 11},
      {5, LIVE, 13, 13},
      {9, FIRST, 10, 10},
      {9, GIVES, 10, 10},
      {9, OVER, YET},
      {9, PAST, 11, 12},
      {9, GIVES, 11, 11},
      {9, OVER},
      {9, WAITS},
      {9, WAKES, NEVER}}},
    {"an end in live media",
     {{0, START, 10, 10},
      {0, END, 12},
      {0, LIVE, 10, 10},
      {0, GIVES, 10, 10},
      {0, OVER, YET},
      {0, LIVE, 12, 12},
      {0, DECIDED, 13},
      {0, FETCHES, 11, 11},
      {5, FIRST, 11, 11},
      {5, GIVES, 11, 11},
      {5, NOTHING},
      {5, OVER}}},
};

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

static void test_row(void **state)
{
    const struct row *row = *state;
    for (const struct step *s = row->step; s->what != LAST; s++) {
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
    enum { ROWS = sizeof rows / sizeof *rows };
    static const struct CMUnitTest others[] = {
        TEST(test_frames_before_the_time_asked_for),
        TEST(test_one_that_is_far_ahead),
        TEST(test_nothing_before_the_start_and_after_the_stop),
        TEST(test_all_at_the_end),
        cmocka_unit_test(test_wants),
    };
    struct CMUnitTest tests[ROWS + sizeof others / sizeof *others];
    for (unsigned i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_row, setup, teardown, (void *)&rows[i]};
    memcpy(&tests[ROWS], others, sizeof others);
    return cmocka_run_group_tests_name("reach", tests, NULL, NULL);
}
