/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>

#include "util/mono.h"
#include "util/stop.h"
#include "util/thread.h"

static struct stop token;

static void wait_for_ever(void *arg)
{
    *(bool *)arg = stop_wait_until(&token, UINT64_MAX);
}

static void wakes_a_thread_that_waits(void **state)
{
    struct thread t;
    bool raised = false;
    assert_int_equal(stop_init(&token), 0);
    assert_int_equal(thread_start(&t, "waiter", THREAD_STACK_SMALL, wait_for_ever, &raised), 0);
    stop_raise(&token);
    thread_join(&t);
    assert_true(raised);
    stop_fini(&token);
}

static void times_out_and_stays_raised(void **state)
{
    assert_int_equal(stop_init(&token), 0);
    assert_false(stop_raised(&token));
    assert_false(stop_wait_until(&token, 0));
    uint64_t deadline = mono_ns() + 20 * NS_PER_MS;
    assert_false(stop_wait_until(&token, deadline));
    assert_true(mono_ns() >= deadline);

    struct pollfd p = {.fd = token.fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 0), 0);
    for (int i = 0; i < 3; i++) {
        stop_raise(&token);
        assert_true(stop_raised(&token));
        assert_true(stop_wait_until(&token, 0));
        assert_int_equal(poll(&p, 1, 0), 1);
    }
    stop_fini(&token);
    stop_fini(&token);
}

static void on_signal(int number)
{
    stop_raise(&token);
}

static void can_be_raised_in_a_signal_handler(void **state)
{
    struct sigaction act = {.sa_handler = on_signal}, old;
    assert_int_equal(stop_init(&token), 0);
    sigaction(SIGUSR1, &act, &old);
    raise(SIGUSR1);
    assert_true(stop_wait_until(&token, mono_ns() + 10 * NS_PER_S));
    sigaction(SIGUSR1, &old, NULL);
    stop_fini(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wakes_a_thread_that_waits),
        cmocka_unit_test(times_out_and_stays_raised),
        cmocka_unit_test(can_be_raised_in_a_signal_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
