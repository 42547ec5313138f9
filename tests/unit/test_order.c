/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/order.h"

static struct order o;
static char frames[16 * 1024]; /* a frame's handle is the address of its number's byte */

static void *frame(uint32_t number)
{
    return &frames[number % sizeof frames];
}

static enum order_verdict put(uint32_t number)
{
    return order_put(&o, number, frame(number), 100);
}

static int begin_at(void **state, uint32_t next)
{
    order_init(&o);
    order_start(&o, next);
    return 0;
}

static int setup(void **state)
{
    return begin_at(state, 10);
}

static void test_waits_for_its_turn(void **state)
{
    assert_null(order_take(&o));
    assert_int_equal(put(11), ORDER_TAKEN);
    assert_int_equal(put(11), ORDER_UNWANTED);
    assert_int_equal(put(9), ORDER_UNWANTED);
    assert_null(order_take(&o));
    assert_int_equal(put(10), ORDER_TAKEN);
    assert_int_equal(o.bytes, 200);
    assert_ptr_equal(order_take(&o), frame(10));
    assert_ptr_equal(order_take(&o), frame(11));
    assert_null(order_take(&o));
    assert_int_equal(put(10), ORDER_UNWANTED);
    assert_int_equal(o.bytes, 0);
}

static void test_numbers_wrap(void **state)
{
    begin_at(state, UINT32_MAX);
    assert_int_equal(put(0), ORDER_TAKEN);
    assert_int_equal(put(UINT32_MAX), ORDER_TAKEN);
    assert_ptr_equal(order_take(&o), frame(UINT32_MAX));
    assert_ptr_equal(order_take(&o), frame(0));
    assert_int_equal(o.next, 1);
}

static void test_left_out_is_passed(void **state)
{
    put(10);
    order_leave_out(&o, 11, 13);
    put(13);
    assert_false(order_is_missing(&o, 12));
    assert_ptr_equal(order_take(&o), frame(10));
    assert_ptr_equal(order_take(&o), frame(13));
    assert_int_equal(o.given_up, 0);
}

static void test_given_up_is_passed(void **state)
{
    put(10);
    put(12);
    put(15);
    assert_ptr_equal(order_take(&o), frame(10));
    assert_int_equal(order_missing_run(&o, 15, 1), 14);
    assert_int_equal(order_missing_run(&o, 13, 1), 11);
    assert_int_equal(order_missing_run(&o, 15, 0), 11);
    order_give_up(&o, 14);
    assert_int_equal(put(11), ORDER_UNWANTED);
    assert_ptr_equal(order_take(&o), frame(12));
    assert_null(order_take(&o));
    assert_true(order_is_missing(&o, 14));
    assert_int_equal(o.given_up, 2);
    assert_ptr_equal(order_take_any(&o), frame(15));
    assert_int_equal(o.given_up, 3);
    assert_null(order_take_any(&o));
}

static void test_far_ahead(void **state)
{
    put(10);
    assert_int_equal(put(10 + ORDER_FRAMES - 1), ORDER_TAKEN);
    assert_int_equal(put(10 + ORDER_FRAMES), ORDER_FAR);
    order_give_up(&o, 11 + ORDER_FRAMES - 5);
    assert_ptr_equal(order_take(&o), frame(10));
    assert_null(order_take(&o));
    assert_int_equal(put(10 + ORDER_FRAMES), ORDER_TAKEN);
    order_give_up(&o, 1000000);
    assert_ptr_equal(order_take(&o), frame(10 + ORDER_FRAMES - 1));
    assert_ptr_equal(order_take(&o), frame(10 + ORDER_FRAMES));
    assert_null(order_take(&o));
    assert_int_equal(o.next, 1000000);
}

static void test_bytes_are_bounded(void **state)
{
    for (uint32_t n = 11; n < 15; n++)
        order_put(&o, n, frame(n), ORDER_BYTES / 4);
    order_shrink(&o);
    assert_null(order_take(&o));
    order_put(&o, 15, frame(15), 1);
    order_shrink(&o);
    assert_ptr_equal(order_take(&o), frame(11));
}

static void test_debts(void **state)
{
    order_owe(&o, 11, 7);
    order_owe(&o, 11, 7);
    order_owe(&o, 12, 5);
    assert_int_equal(o.owed_frames, 2);
    assert_int_equal(o.owed, 12);
    put(11);
    assert_int_equal(o.paid_frames, 1);
    assert_int_equal(o.paid, 7);
    order_give_up(&o, 13);
    assert_ptr_equal(order_take(&o), frame(11));
    assert_null(order_take(&o));
    assert_int_equal(o.owed_frames, 0);
    assert_int_equal(o.owed, 0);
    assert_int_equal(o.paid_frames, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_waits_for_its_turn),
        TEST(test_numbers_wrap),
        TEST(test_left_out_is_passed),
        TEST(test_given_up_is_passed),
        TEST(test_far_ahead),
        TEST(test_bytes_are_bounded),
        TEST(test_debts),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
