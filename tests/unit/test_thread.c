/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "util/alloc.h"
#include "util/mono.h"
#include "util/thread.h"

struct seen {
    char name[16];
    sigset_t mask;
    size_t stack_bytes;
};

static void look_around(void *arg)
{
    struct seen *seen = arg;
    pthread_attr_t attr;
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    pthread_sigmask(SIG_SETMASK, NULL, &seen->mask);
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstacksize(&attr, &seen->stack_bytes);
    pthread_attr_destroy(&attr);
}

static void names_the_thread_and_blocks_its_signals(void **state)
{
    struct thread t;
    struct seen seen;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(thread_start(&t, "a-very-long-thread", THREAD_STACK, look_around, &seen), 0);
    thread_join(&t);
    assert_false(t.started);
    assert_string_equal(seen.name, "a-very-long-thr");
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH, SIGUSR1};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        assert_true(sigismember(&seen.mask, signals[i]));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

static void gives_at_least_the_stack_asked_for(void **state)
{
    static const size_t sizes[] = {THREAD_STACK_SMALL, THREAD_STACK, THREAD_STACK_BIG};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct thread t;
        struct seen seen;
        assert_int_equal(thread_start(&t, "stack", sizes[i], look_around, &seen), 0);
        thread_join(&t);
        assert_true(seen.stack_bytes >= sizes[i]);
        assert_true(seen.stack_bytes <= 16 * sizes[i] + 4096 * 1024); /* sanitizers want more */
    }
}

static void says_why_it_cannot_start(void **state)
{
    struct thread t;
    assert_int_equal(thread_start(&t, "x", 1, look_around, NULL), -EINVAL);
    assert_false(t.started);
    thread_join(&t);
    mem_fail_at(1);
    assert_int_equal(thread_start(&t, "x", THREAD_STACK, look_around, NULL), -ENOMEM);
    thread_join(&t);
}

static void joining_what_never_started_is_harmless(void **state)
{
    struct thread t = {0};
    thread_join(&t);
    thread_join(&t);
}

struct gate {
    struct seen seen;
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
};

static void open_gate(void *arg)
{
    struct gate *g = arg;
    look_around(&g->seen);
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_signal(&g->opened);
    pthread_mutex_unlock(&g->lock);
}

static void waits_on_the_monotonic_clock(void **state)
{
    struct gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct thread t;
    thread_cond_init(&g.opened);
    pthread_mutex_lock(&g.lock);
    uint64_t deadline = mono_ns() + 20 * NS_PER_MS;
    while (thread_cond_wait(&g.opened, &g.lock, deadline))
        ;
    assert_true(mono_ns() >= deadline);
    assert_int_equal(thread_start(&t, "opener", THREAD_STACK_SMALL, open_gate, &g), 0);
    while (!g.open)
        assert_true(thread_cond_wait(&g.opened, &g.lock, UINT64_MAX));
    pthread_mutex_unlock(&g.lock);
    thread_join(&t);
    pthread_cond_destroy(&g.opened);
}

static void detached_threads_are_set_up_alike(void **state)
{
    static struct gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    thread_cond_init(&g.opened);
    assert_int_equal(thread_start_detached("lonely", THREAD_STACK, open_gate, &g), 0);
    pthread_mutex_lock(&g.lock);
    while (!g.open)
        assert_true(thread_cond_wait(&g.opened, &g.lock, UINT64_MAX));
    pthread_mutex_unlock(&g.lock);
    assert_string_equal(g.seen.name, "lonely");
    assert_true(sigismember(&g.seen.mask, SIGTERM));
    assert_int_equal(thread_start_detached("x", 1, open_gate, &g), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_thread_and_blocks_its_signals),
        cmocka_unit_test(gives_at_least_the_stack_asked_for),
        cmocka_unit_test(says_why_it_cannot_start),
        cmocka_unit_test(joining_what_never_started_is_harmless),
        cmocka_unit_test(waits_on_the_monotonic_clock),
        cmocka_unit_test(detached_threads_are_set_up_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
