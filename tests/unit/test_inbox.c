/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/inbox.h"
#include "util/mono.h"
#include "util/thread.h"

static void datagrams_come_out_as_they_went_in(void **state)
{
    static const size_t lengths[] = {1, 2, 1200, INBOX_DGRAM_MAX, 7, 1500};
    struct inbox b;
    uint8_t in[INBOX_DGRAM_MAX], out[INBOX_DGRAM_MAX];
    assert_int_equal(inbox_init(&b), 0);
    /* many rounds, so that the ring's end falls into every part of a datagram */
    for (unsigned round = 0; round < 2000; round++) {
        size_t len = lengths[round % 6];
        memset(in, (int)round, len);
        inbox_put_dgram(&b, in, len);
        inbox_put_dgram(&b, in, 3);
        assert_int_equal(inbox_take_dgram(&b, out, sizeof out), len);
        assert_memory_equal(in, out, len);
        assert_int_equal(inbox_take_dgram(&b, out, sizeof out), 3);
        assert_int_equal(inbox_take_dgram(&b, out, sizeof out), 0);
    }
    assert_int_equal(b.dgrams_dropped, 0);
    inbox_fini(&b);
}

static void what_does_not_fit_is_dropped_and_counted(void **state)
{
    struct inbox b;
    uint8_t bytes[INBOX_DGRAM_MAX + 1] = {0};
    inbox_init(&b);
    inbox_put_dgram(&b, bytes, 0);
    inbox_put_dgram(&b, bytes, INBOX_DGRAM_MAX + 1);
    assert_int_equal(b.dgrams_dropped, 2);
    size_t fit = INBOX_BYTES / (1000 + 2);
    for (size_t i = 0; i < fit + 3; i++) {
        bytes[0] = (uint8_t)i;
        inbox_put_dgram(&b, bytes, 1000);
    }
    assert_int_equal(b.dgrams_dropped, 5);
    for (size_t i = 0; i < fit; i++) { /* the oldest stay, in order */
        assert_int_equal(inbox_take_dgram(&b, bytes, sizeof bytes), 1000);
        assert_int_equal(bytes[0], i);
    }
    inbox_fini(&b);
}

static void of_frames_the_oldest_goes(void **state)
{
    struct inbox b;
    struct frame_pool *pool;
    inbox_init(&b);
    assert_int_equal(frame_pool_new(4, &pool), 0);
    for (uint32_t i = 0; i < INBOX_FRAMES + 3; i++) {
        struct frame *f;
        assert_int_equal(frame_new(pool, 1, &f), 0);
        f->number = i;
        inbox_put_frame(&b, f);
        frame_unref(&f);
    }
    assert_int_equal(inbox_frames_dropped(&b), 3);
    struct frame *f = inbox_take_frame(&b);
    assert_int_equal(f->number, 3);
    frame_unref(&f);
    inbox_drop_frames(&b);
    assert_null(inbox_take_frame(&b));
    assert_int_equal(frame_pool_live(pool), 0);
    frame_pool_free(pool);
    inbox_fini(&b);
}

static void words_are_taken_once_and_the_first_reason_stays(void **state)
{
    struct inbox b;
    inbox_init(&b);
    inbox_say(&b, INBOX_FACTS);
    inbox_say(&b, INBOX_ICMP);
    assert_int_equal(inbox_take_words(&b), INBOX_FACTS | INBOX_ICMP);
    assert_int_equal(inbox_take_words(&b), 0);
    inbox_end(&b, 1);
    inbox_end(&b, 2);
    assert_int_equal(inbox_take_words(&b), INBOX_END);
    assert_int_equal(b.reason, 1);
    inbox_fini(&b);
}

static void say_end(void *arg)
{
    inbox_end(arg, 1);
}

static void a_word_wakes_the_waiter(void **state)
{
    struct inbox b;
    struct thread t = {0};
    inbox_init(&b);
    assert_int_equal(thread_start(&t, "sayer", THREAD_STACK, say_end, &b), 0);
    inbox_wait(&b, true, UINT64_MAX); /* for ever, if it were not woken */
    assert_int_equal(inbox_take_words(&b), INBOX_END);
    thread_join(&t);
    inbox_fini(&b);
}

static void frames_do_not_wake_who_does_not_want_them(void **state)
{
    struct inbox b;
    struct frame_pool *pool;
    struct frame *f;
    inbox_init(&b);
    frame_pool_new(1, &pool);
    frame_new(pool, 1, &f);
    inbox_put_frame(&b, f);
    uint64_t until = mono_ns() + 5 * NS_PER_MS;
    inbox_wait(&b, false, until);
    assert_true(mono_ns() >= until);
    inbox_wait(&b, true, UINT64_MAX);
    frame_unref(&f);
    inbox_fini(&b);
    frame_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_come_out_as_they_went_in),
        cmocka_unit_test(what_does_not_fit_is_dropped_and_counted),
        cmocka_unit_test(of_frames_the_oldest_goes),
        cmocka_unit_test(words_are_taken_once_and_the_first_reason_stays),
        cmocka_unit_test(a_word_wakes_the_waiter),
        cmocka_unit_test(frames_do_not_wake_who_does_not_want_them),
    };
    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
