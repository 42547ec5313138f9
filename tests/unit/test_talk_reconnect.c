/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/client_rig.h"

static void test_goodbye_of_client(void **state)
{
    begin_stream(0);
    talk_client_close(&t);
    talk_client_close(&t);
    assert_int_equal(deadline_ms(), 0);
    assert_int_equal(next(1), PACKET_GOODBYE);
    assert_int_equal(said.goodbye.reason, REASON_CLOSED);
    talk_client_close(&t);
    assert_int_equal(all(5000), 0);
    assert_false(talk_client_silent(&t, BEGIN + 5000 * MS));
    connect_at(6000); /* a later session is another matter */
    assert_int_equal(next(6000), PACKET_SUBSCRIBE);
}

static void test_goodbye_of_server(void **state)
{
    begin_stream(0);
    struct packet p = {.type = PACKET_GOODBYE, .goodbye = {.reason = REASON_STOPPING}};
    hear(&p, 10);
    hear(&p, 11);
    assert_int_equal(goodbyes, 1);
    assert_int_equal(all(5000), 0);
    assert_true(talk_client_deadline(&t) == UINT64_MAX);
    assert_false(talk_client_silent(&t, BEGIN + 5000 * MS));
    hear_frame(11, 12);
    assert_int_equal(frames, 0);
    connect_at(6000);
    assert_int_equal(next(6000), PACKET_SUBSCRIBE);
}

static void test_reconnect_to_same_run(void **state)
{
    begin_stream(0);
    hear_frame(11, 10);
    hear_fragment(12, 0, 10);
    talk_client_disconnected(&t, BEGIN + 20 * MS);
    connect_at(60);
    assert_int_equal(next(60), PACKET_SUBSCRIBE);
    assert_int_equal(said.subscribe.token, 0x70ce);
    hear_fragment(12, 1, 60); /* whose? not known before STREAM */
    assert_int_equal(t.reasm.count[REASM_FOREIGN], 1);
    hear_stream(1, BOOT, 13, 70);
    assert_int_equal(streams, 2);
    assert_int_equal(restarts, 0);
    hear_fragment(12, 1, 80);
    hear_fragment(12, 2, 80);
    assert_int_equal(newest_frame, 12); /* continued over the gap */
    hear_frame(11, 80);
    assert_int_equal(frames, 2); /* not delivered again */
    hear_frame(14, 90);
    all(90);
    all(400);
    assert_int_equal(t.account.frames, 3);
    assert_int_equal(t.account.frames_incomplete, 1);
}

static void test_reconnect_after_long_outage(void **state)
{
    begin_stream(0);
    hear_frame(11, 10);
    talk_client_disconnected(&t, BEGIN + 20 * MS);
    connect_at(100);
    hear_stream(1, BOOT, 11 + 2 * PROTO_FRAME_WINDOW, 110); /* at once, without waiting */
    hear_frame(11 + 2 * PROTO_FRAME_WINDOW, 120);
    assert_int_equal(frames, 2);
    assert_int_equal(restarts, 0);
    all(1000);
    all(2000);
    assert_int_equal(t.account.frames_incomplete, 0); /* an outage is not loss */
}

static void test_reconnect_to_another_run(void **state)
{
    begin_stream(0);
    next(0);
    hear_pong(BEGIN / 1000, 5000, 5);
    hear_frame(11, 10);
    hear_frame(13, 10);
    hear_fragment(14, 0, 10);
    connect_at(60);
    hear_fragment(14, 1, 65);
    assert_int_equal(t.reasm.count[REASM_FOREIGN], 1);
    all(65);
    hear_stream(1, BOOT + 1, 12, 70);
    assert_int_equal(restarts, 1);
    all(75);
    all(300); /* the old run's 12 is lost, which says nothing of the new one's */
    assert_int_equal(held, 0);
    assert_false(clocksync_known(&t.clock)); /* another machine's, maybe */
    hear_frame(12, 310);
    hear_frame(13, 310); /* the number was used by the other run */
    assert_int_equal(frames, 4);
    assert_int_equal(t.account.frames, 4);
    assert_int_equal(t.account.frames_incomplete, 2); /* the first run's 12 and 14 */
    all(1000);
    all(2000);
    assert_int_equal(t.account.frames_incomplete, 2);
}

static void test_wraparound(void **state)
{
    begin_stream(0);
    hear_stream(2, BOOT, UINT32_MAX - 3, 1);
    for (uint32_t f = UINT32_MAX - 3; f != 4; f++)
        if (f != UINT32_MAX)
            hear_frame(f, 10);
    assert_int_equal(frames, 7);
    all(10);
    all(500);
    assert_int_equal(t.account.frames_incomplete, 1);
    assert_true(says(1000, PACKET_REPORT));
    assert_int_equal(t.reasm.newest, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_goodbye_of_client),        TEST(test_goodbye_of_server),
        TEST(test_reconnect_to_same_run),    TEST(test_reconnect_after_long_outage),
        TEST(test_reconnect_to_another_run), TEST(test_wraparound),
    };
    return cmocka_run_group_tests_name("talk_reconnect", tests, NULL, NULL);
}
