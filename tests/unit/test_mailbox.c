/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/mailbox.h"
#include "util/thread.h"

enum { ITEMS = 20000 };

static int items[ITEMS];
static unsigned dropped;

static void count_drop(void *item)
{
    __atomic_fetch_add((int *)item, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&dropped, 1, __ATOMIC_RELAXED);
}

static void holds_the_newest_only(void **state)
{
    struct mailbox m;
    dropped = 0;
    mailbox_init(&m, count_drop);
    assert_null(mailbox_take(&m));
    mailbox_put(&m, &items[0]);
    mailbox_put(&m, &items[1]);
    mailbox_put(&m, &items[2]);
    assert_int_equal(dropped, 2);
    assert_int_equal(mailbox_overwritten(&m), 2);
    assert_ptr_equal(mailbox_take(&m), &items[2]);
    assert_null(mailbox_take(&m));
    mailbox_put(&m, &items[3]);
    mailbox_fini(&m);
    assert_int_equal(dropped, 3);
    assert_int_equal(mailbox_overwritten(&m), 2);
}

static void put_them_all(void *arg)
{
    for (int i = 0; i < ITEMS; i++)
        mailbox_put(arg, &items[i]);
}

/* Every item ends once: taken in order, or dropped. */
static void loses_nothing_between_threads(void **state)
{
    struct mailbox m;
    struct thread t;
    unsigned taken = 0;
    for (int i = 0; i < ITEMS; i++)
        items[i] = 0;
    dropped = 0;
    mailbox_init(&m, count_drop);
    assert_int_equal(thread_start(&t, "putter", THREAD_STACK_SMALL, put_them_all, &m), 0);
    for (int *last = NULL, *p; last != &items[ITEMS - 1];) {
        p = mailbox_take(&m);
        if (!p)
            continue;
        assert_true(!last || p > last);
        __atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
        taken++;
        last = p;
    }
    thread_join(&t);
    assert_int_equal(mailbox_overwritten(&m), dropped);
    mailbox_fini(&m);
    assert_int_equal(taken + dropped, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(items[i], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_newest_only),
        cmocka_unit_test(loses_nothing_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
