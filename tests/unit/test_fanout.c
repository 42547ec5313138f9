/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/fanout.h"

struct fixture {
    struct fanout fanout;
    struct inbox inbox[3];
    struct watcher watcher[3];
    struct frame_pool *pool;
};

static int setup(void **state)
{
    static struct fixture x;
    x = (struct fixture){0};
    fanout_init(&x.fanout, 100);
    for (int i = 0; i < 3; i++) {
        inbox_init(&x.inbox[i]);
        x.watcher[i].inbox = &x.inbox[i];
    }
    *state = &x;
    return frame_pool_new(4, &x.pool);
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    for (int i = 0; i < 3; i++)
        inbox_fini(&x->inbox[i]);
    fanout_fini(&x->fanout);
    size_t live = frame_pool_live(x->pool);
    frame_pool_free(x->pool);
    return (int)live; /* a reference that nobody gave back fails the test */
}

static void publish(struct fixture *x, unsigned tier, uint32_t number)
{
    struct frame *f;
    assert_int_equal(frame_new(x->pool, 1, &f), 0);
    f->tier = (uint8_t)tier;
    f->number = number;
    fanout_publish(&x->fanout, f);
    frame_unref(&f);
}

static void expect_frame(struct fixture *x, int who, uint32_t number)
{
    struct frame *f = inbox_take_frame(&x->inbox[who]);
    assert_non_null(f);
    assert_int_equal(f->number, number);
    frame_unref(&f);
}

static void frames_go_to_the_watchers_of_their_tier(void **state)
{
    struct fixture *x = *state;
    fanout_add(&x->fanout, &x->watcher[0], 0);
    fanout_add(&x->fanout, &x->watcher[1], 0);
    fanout_add(&x->fanout, &x->watcher[2], FANOUT_LEGACY);
    publish(x, 0, 7);
    publish(x, FANOUT_LEGACY, 8);
    publish(x, 1, 9);
    expect_frame(x, 0, 7);
    expect_frame(x, 1, 7);
    expect_frame(x, 2, 8);
    for (int i = 0; i < 3; i++)
        assert_null(inbox_take_frame(&x->inbox[i]));
}

static void a_watcher_moves_between_tiers(void **state)
{
    struct fixture *x = *state;
    fanout_add(&x->fanout, &x->watcher[0], 0);
    fanout_add(&x->fanout, &x->watcher[0], 2);
    assert_int_equal(fanout_watchers(&x->fanout, 0), 0);
    assert_int_equal(fanout_watchers(&x->fanout, 2), 1);
    publish(x, 0, 1);
    assert_null(inbox_take_frame(&x->inbox[0]));
    publish(x, 2, 2);
    expect_frame(x, 0, 2);
}

static void leaving_in_any_order_keeps_the_others(void **state)
{
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};
    struct fixture *x = *state;
    uint64_t left;
    for (int o = 0; o < 4; o++) {
        for (int i = 0; i < 3; i++)
            fanout_add(&x->fanout, &x->watcher[i], 1);
        for (int i = 0; i < 3; i++) {
            fanout_remove(&x->fanout, &x->watcher[orders[o][i]], 1000 + (uint64_t)i);
            fanout_remove(&x->fanout, &x->watcher[orders[o][i]], 1000 + (uint64_t)i);
            assert_int_equal(fanout_watchers(&x->fanout, 1), 2 - i);
            publish(x, 1, 5);
            for (int k = i + 1; k < 3; k++)
                expect_frame(x, orders[o][k], 5);
            assert_null(inbox_take_frame(&x->inbox[orders[o][i]]));
        }
        assert_int_equal(fanout_all(&x->fanout, &left), 0);
        assert_int_equal(left, 1002);
    }
}

static void a_tier_is_made_while_somebody_wants_it(void **state)
{
    struct fixture *x = *state;
    assert_false(fanout_wants(&x->fanout, 0));
    fanout_add(&x->fanout, &x->watcher[0], 2);
    assert_false(fanout_wants(&x->fanout, 0));
    assert_true(fanout_wants(&x->fanout, 2));
    x->watcher[1].reaches_back = true;
    fanout_add(&x->fanout, &x->watcher[1], 2);
    assert_true(fanout_wants(&x->fanout, 0)); /* for the history */
    assert_false(fanout_wants(&x->fanout, 1));
    x->watcher[1].reaches_back = false;
    fanout_add(&x->fanout, &x->watcher[1], 2);
    assert_false(fanout_wants(&x->fanout, 0));
    x->watcher[1].reaches_back = true;
    fanout_add(&x->fanout, &x->watcher[1], 2);
    fanout_remove(&x->fanout, &x->watcher[1], 1);
    assert_false(fanout_wants(&x->fanout, 0));
}

static void history_goes_on_for_one_who_may_come_again(void **state)
{
    struct fixture *x = *state;
    x->watcher[0].reaches_back = true;
    fanout_add(&x->fanout, &x->watcher[0], 2);
    fanout_remove(&x->fanout, &x->watcher[0], 1);
    assert_true(fanout_wants(&x->fanout, 0));
    assert_false(fanout_wants(&x->fanout, 2));
    fanout_add(&x->fanout, &x->watcher[1], 1);
    assert_false(fanout_wants(&x->fanout, 0));
    fanout_remove(&x->fanout, &x->watcher[1], 2);
    assert_false(fanout_wants(&x->fanout, 0));
}

static void words_go_to_all_tiers(void **state)
{
    struct fixture *x = *state;
    fanout_add(&x->fanout, &x->watcher[0], 0);
    fanout_add(&x->fanout, &x->watcher[1], FANOUT_LEGACY);
    fanout_say(&x->fanout, INBOX_FACTS);
    assert_int_equal(inbox_take_words(&x->inbox[0]), INBOX_FACTS);
    assert_int_equal(inbox_take_words(&x->inbox[1]), INBOX_FACTS);
    assert_int_equal(inbox_take_words(&x->inbox[2]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_go_to_the_watchers_of_their_tier, setup, teardown),
        cmocka_unit_test_setup_teardown(a_watcher_moves_between_tiers, setup, teardown),
        cmocka_unit_test_setup_teardown(leaving_in_any_order_keeps_the_others, setup, teardown),
        cmocka_unit_test_setup_teardown(history_goes_on_for_one_who_may_come_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_tier_is_made_while_somebody_wants_it, setup, teardown),
        cmocka_unit_test_setup_teardown(words_go_to_all_tiers, setup, teardown),
    };
    return cmocka_run_group_tests_name("fanout", tests, NULL, NULL);
}
