/* SPDX-License-Identifier: MIT */
/* Which frames count: those with a number near the newest, in the announced tier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/reasm_rig.h"
#include "util/mono.h"

enum { WINDOW = PROTO_FRAME_WINDOW };

static void test_nothing_announced(void **state)
{
    reasm_unannounce(&r);
    struct packet_fragment f = {.count = 1, .frame_bytes = 1, .payload = (uint8_t[]){0}};
    f.payload_len = 1;
    assert_int_equal(add(&f, 1), REASM_FOREIGN);
    assert_int_equal(held, 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_announced),
        TEST(test_number_window),
        TEST(test_slides),
        TEST(test_silence),
        TEST(test_announced_jump),
        TEST(test_new_session),
        TEST(test_tiers),
        TEST(test_give_up),
    };
    return cmocka_run_group_tests_name("reasm_window", tests, NULL, NULL);
}
