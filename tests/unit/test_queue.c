/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/queue.h"
#include "util/thread.h"

static char names[64]; /* items are pointers into it: their index is their name */
static char dropped[64];
static size_t n_dropped;

static void note_drop(void *item)
{
    dropped[n_dropped++] = (char)('a' + ((char *)item - names));
    dropped[n_dropped] = '\0';
}

static struct queue *make(size_t items, size_t bytes, enum queue_policy policy)
{
    struct queue *q = NULL;
    n_dropped = 0;
    dropped[0] = '\0';
    assert_int_equal(queue_new(&q, items, bytes, policy, note_drop), 0);
    return q;
}

static int push(struct queue *q, char name, size_t bytes)
{
    return queue_push(q, &names[name - 'a'], bytes);
}

static void expect(struct queue *q, const char *order)
{
    void *item;
    for (; *order; order++) {
        assert_int_equal(queue_pop(q, 0, &item), 0);
        assert_int_equal((char)('a' + ((char *)item - names)), *order);
    }
    assert_int_equal(queue_pop(q, 0, &item), -ETIMEDOUT);
}

/* Pushes a, b, c … of the sizes given ('1' … '9' bytes). */
static void full_queues_keep_to_their_policy(void **state)
{
    static const struct {
        enum queue_policy policy;
        size_t max_items, max_bytes;
        const char *sizes, *dropped, *left;
    } cases[] = {
        {QUEUE_DROP_OLDEST, 3, 0, "111", "", "abc"},
        {QUEUE_DROP_OLDEST, 3, 0, "11111", "ab", "cde"},
        {QUEUE_DROP_OLDEST, 1, 0, "11", "a", "b"},
        {QUEUE_DROP_OLDEST, 9, 6, "222", "", "abc"},
        {QUEUE_DROP_OLDEST, 9, 6, "2221", "a", "bcd"},
        {QUEUE_DROP_OLDEST, 9, 6, "2225", "abc", "d"},
        {QUEUE_DROP_OLDEST, 9, 6, "29", "a", "b"}, /* over the limit, but alone */
        {QUEUE_DROP_OLDEST, 9, 6, "91", "a", "b"},
        {QUEUE_DROP_NEWEST, 3, 0, "11111", "de", "abc"},
        {QUEUE_DROP_NEWEST, 9, 6, "2231", "c", "abd"},
        {QUEUE_DROP_NEWEST, 9, 6, "9", "", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct queue *q = make(cases[i].max_items, cases[i].max_bytes, cases[i].policy);
        for (size_t k = 0; cases[i].sizes[k]; k++) {
            size_t before = n_dropped;
            int rc = push(q, (char)('a' + k), (size_t)(cases[i].sizes[k] - '0'));
            assert_int_equal(rc, n_dropped > before);
        }
        assert_string_equal(dropped, cases[i].dropped);
        struct queue_stats s = queue_stats(q);
        assert_int_equal(s.dropped, strlen(cases[i].dropped));
        assert_int_equal(s.items, strlen(cases[i].left));
        expect(q, cases[i].left);
        assert_int_equal(queue_stats(q).bytes, 0);
        queue_free(q);
    }
}

static void closing_drains_then_ends(void **state)
{
    struct queue *q = make(4, 0, QUEUE_BLOCK);
    void *item;
    push(q, 'a', 1);
    push(q, 'b', 1);
    queue_close(q);
    assert_int_equal(push(q, 'c', 1), ERR_CLOSED);
    assert_string_equal(dropped, "c");
    assert_int_equal(queue_pop(q, UINT64_MAX, &item), 0);
    assert_ptr_equal(item, &names[0]);
    assert_int_equal(queue_pop(q, 0, &item), 0);
    assert_int_equal(queue_pop(q, UINT64_MAX, &item), ERR_CLOSED);
    queue_free(q);
}

static void freeing_drops_what_is_left(void **state)
{
    struct queue *q = make(3, 0, QUEUE_DROP_OLDEST);
    for (char c = 'a'; c < 'f'; c++)
        push(q, c, 1);
    queue_free(q);
    assert_string_equal(dropped, "abcde");
    queue_free(NULL);
}

static void refuses_what_cannot_be(void **state)
{
    struct queue *q = NULL;
    assert_int_equal(queue_new(&q, 0, 0, QUEUE_BLOCK, NULL), -EINVAL);
    for (unsigned n = 1; n <= 2; n++) {
        mem_fail_at(n);
        assert_int_equal(queue_new(&q, 1, 0, QUEUE_BLOCK, NULL), -ENOMEM);
    }
    mem_fail_at(0);
    assert_null(q);
}

static void pop_times_out(void **state)
{
    struct queue *q = make(1, 0, QUEUE_BLOCK);
    void *item;
    uint64_t deadline = mono_ns() + 20 * NS_PER_MS;
    assert_int_equal(queue_pop(q, deadline, &item), -ETIMEDOUT);
    assert_true(mono_ns() >= deadline);
    queue_free(q);
}

enum { MANY = 5000, PUSHERS = 3 };

struct pusher {
    struct queue *q;
    int numbers[MANY];
    int closed_after;
};

static void push_many(void *arg)
{
    struct pusher *p = arg;
    for (p->closed_after = 0; p->closed_after < MANY; p->closed_after++) {
        p->numbers[p->closed_after] = p->closed_after;
        if (queue_push(p->q, &p->numbers[p->closed_after], 1) != 0)
            break;
    }
}

/* Several threads block on a queue of two: everything arrives, each thread's items in order. */
static void blocking_loses_nothing(void **state)
{
    static struct pusher p[PUSHERS];
    struct thread t[PUSHERS];
    int next[PUSHERS] = {0};
    struct queue *q;
    assert_int_equal(queue_new(&q, 2, 0, QUEUE_BLOCK, NULL), 0);
    for (int i = 0; i < PUSHERS; i++) {
        p[i].q = q;
        assert_int_equal(thread_start(&t[i], "push", THREAD_STACK_SMALL, push_many, &p[i]), 0);
    }
    for (int k = 0; k < MANY * PUSHERS; k++) {
        void *item;
        assert_int_equal(queue_pop(q, UINT64_MAX, &item), 0);
        for (int i = 0; i < PUSHERS; i++) {
            if ((int *)item >= p[i].numbers && (int *)item < p[i].numbers + MANY)
                assert_int_equal(*(int *)item, next[i]++);
        }
    }
    for (int i = 0; i < PUSHERS; i++) {
        thread_join(&t[i]);
        assert_int_equal(next[i], MANY);
    }
    assert_int_equal(queue_stats(q).pushed, MANY * PUSHERS);
    assert_int_equal(queue_stats(q).dropped, 0);
    queue_free(q);
}

static void closing_wakes_those_who_push(void **state)
{
    static struct pusher p;
    struct thread t;
    assert_int_equal(queue_new(&p.q, 2, 0, QUEUE_BLOCK, NULL), 0);
    assert_int_equal(thread_start(&t, "push", THREAD_STACK_SMALL, push_many, &p), 0);
    uint64_t deadline = mono_ns() + 10 * NS_PER_S;
    while (queue_stats(p.q).items < 2 && mono_ns() < deadline)
        sched_yield();
    queue_close(p.q);
    thread_join(&t);
    assert_int_equal(p.closed_after, 2);
    queue_free(p.q);
}

static void pop_one(void *arg)
{
    void *item;
    struct queue **q = arg;
    if (queue_pop(*q, UINT64_MAX, &item) != ERR_CLOSED)
        *q = NULL;
}

static void closing_wakes_those_who_pop(void **state)
{
    struct queue *q = make(2, 0, QUEUE_BLOCK), *seen = q;
    struct thread t;
    assert_int_equal(thread_start(&t, "pop", THREAD_STACK_SMALL, pop_one, &seen), 0);
    queue_close(q);
    thread_join(&t);
    assert_ptr_equal(seen, q);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_queues_keep_to_their_policy),
        cmocka_unit_test(closing_drains_then_ends),
        cmocka_unit_test(freeing_drops_what_is_left),
        cmocka_unit_test(refuses_what_cannot_be),
        cmocka_unit_test(pop_times_out),
        cmocka_unit_test(blocking_loses_nothing),
        cmocka_unit_test(closing_wakes_those_who_push),
        cmocka_unit_test(closing_wakes_those_who_pop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
