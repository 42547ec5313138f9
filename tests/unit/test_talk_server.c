/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/server_rig.h"
#include "util/err.h"

static void test_subscribe(void **state)
{
    struct packet p = subscribe(5);
    hear(&p, 10);
    assert_int_equal(deadline_ms(), 0);
    assert_int_equal(next(10), TALK_SERVER_SUBSCRIBE);
    assert_string_equal(t.ask.subscribe.camera, "yard");
    assert_string_equal(out.subscribe.camera, "yard");
    expect_wait(11);
    assert_false(talk_server_media(&t)); /* not before the answer */
    hear(&p, 200);                       /* the owner still looks: not asked twice */
    expect_wait(200);
    answer(77);
    assert_true(talk_server_media(&t));
    expect_send(300, PACKET_STREAM);
    assert_int_equal(out.stream.serial, 5);
    assert_int_equal(out.stream.change, 1);
    assert_int_equal(out.stream.next_frame, 77);
    assert_int_equal(out.stream.clock_us, (BEGIN + 300 * MS) / 1000);
}

static void test_stream_until_acknowledged(void **state)
{
    struct packet p = subscribe(5);
    hear(&p, 0);
    next(0);
    answer(1);
    expect_send(0, PACKET_STREAM);
    expect_wait(249);
    assert_int_equal(deadline_ms(), 250);
    expect_send(250, PACKET_STREAM);
    assert_int_equal(out.stream.clock_us, (BEGIN + 250 * MS) / 1000);
    expect_wait(499);
    answer(2); /* newer facts leave at once */
    expect_send(499, PACKET_STREAM);
    assert_int_equal(out.stream.change, 2);
    p = report(1); /* acknowledges the older ones only */
    hear(&p, 600);
    expect_send(749, PACKET_STREAM);
    p = report(2);
    hear(&p, 800);
    expect_wait(1200);
    assert_int_equal(deadline_ms(), 749 + PROTO_QUIET_MS);
}

static void test_lost_stream_is_answered_again(void **state)
{
    begin_stream(0);
    struct packet p = subscribe(1);
    hear(&p, 100); /* a late copy */
    expect_send(100, PACKET_STREAM);
    expect_wait(100);
    hear(&p, 101);
    expect_send(101, PACKET_STREAM);
    expect_wait(101);
}

static void test_changed_subscription(void **state)
{
    begin_stream(0);
    struct packet p = subscribe(2);
    p.subscribe.width = 320;
    hear(&p, 100);
    assert_int_equal(next(100), TALK_SERVER_SUBSCRIBE);
    assert_int_equal(out.subscribe.width, 320);
    assert_true(talk_server_media(&t)); /* the old one runs on meanwhile */
    struct packet old = subscribe(1);
    assert_int_equal(hear(&old, 110), 0); /* overtaken on the way */
    expect_wait(110);
    answer(50);
    expect_send(120, PACKET_STREAM);
    assert_int_equal(out.stream.serial, 2);
    p = subscribe(0); /* 2^16 further on, and newer */
    t.subscribe.serial = UINT16_MAX;
    hear(&p, 130);
    assert_int_equal(next(130), TALK_SERVER_SUBSCRIBE);
}

static void test_change_skips_zero(void **state)
{
    begin_stream(0);
    t.stream.change = UINT16_MAX;
    answer(1);
    expect_send(1, PACKET_STREAM);
    assert_int_equal(out.stream.change, 1);
}

static void test_client_pauses(void **state)
{
    begin_stream(0);
    struct packet p = subscribe(2);
    p.subscribe.flags = SUBSCRIBE_PAUSE;
    hear(&p, 10);
    assert_false(talk_server_media(&t));
    next(10);
    answer(1);
    assert_false(talk_server_media(&t));
    p = subscribe(3);
    hear(&p, 20);
    assert_true(talk_server_media(&t));
}

static void test_ping(void **state)
{
    begin_stream(0);
    expect_wait(499);
    assert_int_equal(deadline_ms(), 500);
    expect_send(500, PACKET_PING);
    assert_int_equal(out.ping.sent_us, (BEGIN + 500 * MS) / 1000);
    expect_wait(999);
    talk_server_said(&t, BEGIN + 900 * MS); /* media */
    expect_wait(1399);
    expect_send(1400, PACKET_PING);
    /* Among steady media it still pings now and then: for the round trip. */
    struct packet p = report(1);
    unsigned pings = 0;
    for (uint64_t ms = 1400; ms < 11400; ms += 40) {
        talk_server_said(&t, BEGIN + ms * MS);
        hear(&p, ms);
        if (next(ms) == TALK_SERVER_SEND) {
            assert_int_equal(out.type, PACKET_PING);
            pings++;
        }
    }
    assert_in_range(pings, 4, 5);
}

static void test_pong(void **state)
{
    struct packet p = ping(12345);
    hear(&p, 100);
    assert_int_equal(deadline_ms(), 0);
    expect_send(130, PACKET_PONG);
    assert_int_equal(out.pong.ping_us, 12345);
    assert_int_equal(out.pong.received_us, (BEGIN + 100 * MS) / 1000);
    assert_int_equal(out.pong.sent_us, (BEGIN + 130 * MS) / 1000);
    expect_wait(130);
}

static void test_round_trip(void **state)
{
    begin_stream(0);
    expect_send(500, PACKET_PING);
    struct packet p = report(1);
    p.report.echo_us = out.ping.sent_us;
    p.report.echo_delay_us = 80 * 1000;
    hear(&p, 600);
    assert_int_equal(t.rtt_us, 20 * 1000);
    expect_send(1000, PACKET_PING);
    p = (struct packet){.type = PACKET_PONG,
                        .pong = {.ping_us = out.ping.sent_us, .received_us = 5, .sent_us = 10005}};
    hear(&p, 1110); /* 100 ms: (7 * 20 + 100) / 8 */
    assert_int_equal(t.rtt_us, 30 * 1000);
    /* Times that cannot be change nothing. */
    p.pong.ping_us = BEGIN / 1000 + 2000 * 1000;
    hear(&p, 1120);
    p.pong.ping_us = 1;
    hear(&p, 1120);
    p.pong.ping_us = BEGIN / 1000;
    p.pong.sent_us = 0;
    hear(&p, 1120);
    p = report(1); /* no echo */
    hear(&p, 1130);
    assert_int_equal(t.rtt_us, 30 * 1000);
}

static void test_garbage(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        int result;
    } cases[] = {
        {"", 0, ERR_FORMAT},
        {"\x00", 1, 0},
        {"\x09\x01", 2, ERR_FORMAT},         /* a short PING */
        {"\x7f whatever comes next", 23, 0}, /* of a later version: ignored */
    };
    begin_stream(0);
    uint64_t bad = 0;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        int err = talk_server_on_message(&t, (const uint8_t *)cases[i].bytes, cases[i].len, BEGIN);
        assert_int_equal(err, cases[i].result);
        bad += err != 0;
        expect_wait(1);
    }
    assert_int_equal(t.bad, bad);
}

static void test_wrong_direction(void **state)
{
    struct packet p[] = {
        {.type = PACKET_CATALOGUE},
        {.type = PACKET_STREAM, .stream = {.stride = 1000, .camera = "yard"}},
        {.type = PACKET_FRAGMENT,
         .fragment = {.count = 1, .frame_bytes = 1, .payload = (uint8_t[]){1}, .payload_len = 1}},
    };
    begin_stream(0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hear(&p[i], 1), ERR_FORMAT);
        assert_int_equal(t.bad, i + 1);
        expect_wait(1);
    }
}

static void test_nack_and_fetch(void **state)
{
    uint8_t bits[] = {0xa0, 0x01};
    struct packet nack = {.type = PACKET_NACK,
                          .nack = {.frame = 5, .first = 3, .bytes = 2, .bitmap = bits}};
    struct packet fetch = {.type = PACKET_FETCH, .fetch = {.boot = 99, .from = 1, .to = 5}};
    assert_int_equal(hear(&nack, 0), ERR_FORMAT); /* of what? */
    assert_int_equal(hear(&fetch, 0), ERR_FORMAT);
    begin_stream(0);
    hear(&nack, 1);
    assert_int_equal(next(1), TALK_SERVER_NACK);
    assert_int_equal(t.ask.nack.frame, 5);
    assert_ptr_equal(out.nack.bitmap, t.bitmap);
    assert_memory_equal(t.bitmap, bits, 2);
    hear(&fetch, 2);
    assert_int_equal(next(2), TALK_SERVER_FETCH);
    assert_int_equal(out.fetch.to, 5);
    expect_wait(2);
}

/* However much is asked at once, there are no more answers than questions. */
static void test_flood(void **state)
{
    struct packet p[] = {
        ping(1),
        subscribe(1),
        {.type = PACKET_CATALOGUE_ASK, .catalogue_ask = {.version = PROTO_VERSION}},
    };
    begin_stream(0);
    for (unsigned i = 0; i < 300; i++)
        hear(&p[i % 3], 1);
    unsigned answers = 0;
    while (next(1) != TALK_SERVER_WAIT)
        answers++;
    assert_int_equal(answers, 3); /* one of each kind: the others are asked again */
    for (unsigned i = 0; i < 300; i++) {
        hear(&p[i % 3], 2);
        next(2);
        expect_wait(2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_subscribe),
        TEST(test_stream_until_acknowledged),
        TEST(test_lost_stream_is_answered_again),
        TEST(test_changed_subscription),
        TEST(test_change_skips_zero),
        TEST(test_client_pauses),
        TEST(test_ping),
        TEST(test_pong),
        TEST(test_round_trip),
        TEST(test_garbage),
        TEST(test_wrong_direction),
        TEST(test_nack_and_fetch),
        TEST(test_flood),
    };
    return cmocka_run_group_tests_name("talk_server", tests, NULL, NULL);
}
