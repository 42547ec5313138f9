/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/talk_server.h"
#include "util/err.h"
#include "util/mono.h"

#define MS NS_PER_MS

/* Not 0, so that a forgotten time shows. */
static const uint64_t BEGIN = 1000 * NS_PER_S;

static struct talk_server t;
static struct packet out;

static int setup(void **state)
{
    talk_server_init(&t, BEGIN);
    memset(&out, 0, sizeof out);
    return 0;
}

static int hear(struct packet *p, uint64_t ms)
{
    uint8_t buf[PROTO_UDP_PAYLOAD];
    size_t len = packet_encode(p, buf, sizeof buf);
    assert_true(len > 0);
    return talk_server_on_message(&t, buf, len, BEGIN + ms * MS);
}

static int next(uint64_t ms)
{
    return (int)talk_server_next(&t, BEGIN + ms * MS, &out);
}

/* Deadlines are told in ms after BEGIN; what is due at once is 0. */
static uint64_t deadline_ms(void)
{
    uint64_t at = talk_server_deadline(&t);
    return at <= BEGIN ? 0 : (at - BEGIN) / MS;
}

static void expect_send(uint64_t ms, enum packet_type type)
{
    assert_int_equal(next(ms), TALK_SERVER_SEND);
    assert_int_equal(out.type, type);
}

static void expect_wait(uint64_t ms)
{
    assert_int_equal(next(ms), TALK_SERVER_WAIT);
}

static struct packet subscribe(uint16_t serial)
{
    return (struct packet){
        .type = PACKET_SUBSCRIBE,
        .subscribe = {.version = PROTO_VERSION, .serial = serial, .token = 7, .camera = "yard"},
    };
}

static struct packet report(uint16_t change)
{
    return (struct packet){.type = PACKET_REPORT, .report = {.change = change}};
}

static struct packet ping(uint64_t sent_us)
{
    return (struct packet){.type = PACKET_PING, .ping = {.sent_us = sent_us}};
}

static void answer(uint32_t next_frame)
{
    struct packet_stream s = {
        .boot = 99,
        .width = 640,
        .height = 480,
        .full_width = 640,
        .full_height = 480,
        .millihertz = 25000,
        .stride = 1100,
        .next_frame = next_frame,
        .camera = "yard",
    };
    talk_server_stream(&t, &s);
}

/* Subscribed, answered and acknowledged at ms. */
static void begin_stream(uint64_t ms)
{
    struct packet p = subscribe(1);
    assert_int_equal(hear(&p, ms), 0);
    assert_int_equal(next(ms), TALK_SERVER_SUBSCRIBE);
    answer(10);
    expect_send(ms, PACKET_STREAM);
    p = report(out.stream.change);
    assert_int_equal(hear(&p, ms), 0);
    expect_wait(ms);
    assert_true(talk_server_media(&t));
}

static void test_silent_before_first_record(void **state)
{
    expect_wait(0);
    expect_wait(PROTO_QUIET_MS * 2); /* no ping either */
    assert_int_equal(deadline_ms(), PROTO_PAUSE_MS);
    assert_false(talk_server_media(&t));
    expect_wait(PROTO_LEASE_MS - 1);
    assert_int_equal(deadline_ms(), PROTO_LEASE_MS);
    assert_int_equal(next(PROTO_LEASE_MS), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_TIMED_OUT);
    assert_int_equal(next(PROTO_LEASE_MS + 1), TALK_SERVER_END);
}

static void test_refusal_waits_for_first_record(void **state)
{
    talk_server_end(&t, REASON_NOT_AUTHORIZED, "SHA256:abc is not known");
    talk_server_end(&t, REASON_STOPPING, "");
    expect_wait(100);
    assert_int_equal(deadline_ms(), PROTO_LEASE_MS);
    struct packet p = ping(1);
    hear(&p, 200);
    assert_int_equal(deadline_ms(), 0);
    expect_send(200, PACKET_GOODBYE);
    assert_int_equal(out.goodbye.reason, REASON_NOT_AUTHORIZED);
    assert_string_equal(out.goodbye.text, "SHA256:abc is not known");
    assert_int_equal(next(200), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_NOT_AUTHORIZED);
}

static void test_refusal_nobody_hears(void **state)
{
    talk_server_end(&t, REASON_FULL, "");
    expect_wait(PROTO_LEASE_MS - 1);
    assert_int_equal(next(PROTO_LEASE_MS), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_FULL);
}

static void test_unreachable_is_not_told(void **state)
{
    begin_stream(0);
    talk_server_end(&t, REASON_UNREACHABLE, "");
    assert_false(talk_server_media(&t));
    assert_int_equal(next(1), TALK_SERVER_END);
}

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

static void test_lease(void **state)
{
    static const struct {
        uint64_t ms;
        char event; /* r: REPORT, p: PING, s: SUBSCRIBE, g: garbage, ' ': nothing */
        bool media, ended;
    } cases[] = {
        {2999, ' ', true, false},   {3000, ' ', false, false}, /* pauses */
        {3100, 'p', false, false},                             /* a ping is no report */
        {3101, 'g', false, false},  {5000, 'r', true, false},  /* goes on */
        {7999, ' ', true, false},   {8000, ' ', false, false},
        {8001, 's', true, false}, /* renews it too */
        {11000, 'r', true, false},  {13999, ' ', true, false},
        {14000, ' ', false, false}, {20000, 'p', false, false},
        {20999, ' ', false, false}, {21000, ' ', false, true},
    };
    begin_stream(0);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet p = cases[i].event == 'r'   ? report(t.stream.change)
                          : cases[i].event == 's' ? subscribe(1)
                                                  : ping(1);
        if (cases[i].event == 'g')
            talk_server_on_message(&t, (const uint8_t *)"\x06rubbish", 8, BEGIN + cases[i].ms * MS);
        else if (cases[i].event != ' ')
            assert_int_equal(hear(&p, cases[i].ms), 0);
        int what;
        while ((what = next(cases[i].ms)) == TALK_SERVER_SEND && out.type != PACKET_GOODBYE)
            ;
        assert_int_equal(talk_server_media(&t), cases[i].media);
        assert_int_equal(what == TALK_SERVER_SEND, cases[i].ended); /* its GOODBYE */
    }
    assert_int_equal(out.goodbye.reason, REASON_TIMED_OUT);
    assert_int_equal(next(21000), TALK_SERVER_END);
}

/* The owner wakes when media pauses, though nothing is sent then. */
static void test_lease_deadlines(void **state)
{
    begin_stream(0);
    uint64_t last = 0;
    for (uint64_t ms = 0; ms <= PROTO_LEASE_MS; ms = deadline_ms()) {
        assert_true(ms == 0 || ms > last);
        last = ms;
        assert_int_equal(talk_server_media(&t), ms <= PROTO_PAUSE_MS);
        while (next(ms) == TALK_SERVER_SEND)
            ;
        if (ms == PROTO_LEASE_MS)
            break;
        assert_int_equal(talk_server_media(&t), ms < PROTO_PAUSE_MS);
    }
    assert_int_equal(last, PROTO_LEASE_MS);
    assert_true(t.ended);
}

/* Without a subscription any message renews the lease. */
static void test_catalogue_only(void **state)
{
    struct packet p = {.type = PACKET_CATALOGUE_ASK, .catalogue_ask = {PROTO_VERSION, 16}};
    hear(&p, 0);
    assert_int_equal(next(0), TALK_SERVER_CATALOGUE);
    assert_int_equal(t.ask.catalogue_ask.first, 16);
    expect_wait(0);
    assert_false(talk_server_media(&t));
    for (uint64_t ms = 900; ms < 3 * PROTO_LEASE_MS; ms += 900) {
        p = ping(1);
        hear(&p, ms);
        while (next(ms) == TALK_SERVER_SEND)
            ;
        assert_false(t.ending);
    }
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

static void test_goodbye_of_client(void **state)
{
    begin_stream(0);
    struct packet p = {.type = PACKET_GOODBYE, .goodbye = {.reason = REASON_KICKED, .text = "bye"}};
    hear(&p, 10);
    assert_false(talk_server_media(&t));
    assert_int_equal(next(10), TALK_SERVER_END); /* no goodbye back */
    assert_int_equal(t.reason, REASON_CLOSED);
    assert_string_equal(t.text, "bye");
    p = ping(1);
    hear(&p, 11);
    assert_int_equal(next(11), TALK_SERVER_END);
}

static void test_goodbye_of_server(void **state)
{
    begin_stream(0);
    talk_server_end(&t, REASON_STOPPING, "");
    assert_false(talk_server_media(&t));
    expect_send(5, PACKET_GOODBYE);
    assert_int_equal(out.goodbye.reason, REASON_STOPPING);
    assert_int_equal(next(5), TALK_SERVER_END);
}

static void test_version(void **state)
{
    struct packet asks[] = {
        subscribe(1),
        {.type = PACKET_CATALOGUE_ASK, .catalogue_ask = {.version = PROTO_VERSION}},
    };
    for (unsigned i = 0; i < 2; i++) {
        talk_server_init(&t, BEGIN);
        /* In the bytes, since the encoder knows its own version only. */
        uint8_t buf[PROTO_UDP_PAYLOAD];
        size_t len = packet_encode(&asks[i], buf, sizeof buf);
        assert_int_equal(buf[1], PROTO_VERSION);
        buf[1] = PROTO_VERSION + 1;
        assert_int_equal(talk_server_on_message(&t, buf, len, BEGIN), 0);
        expect_send(0, PACKET_GOODBYE);
        assert_int_equal(out.goodbye.reason, REASON_VERSION);
        assert_non_null(strstr(out.goodbye.text, "2"));
        assert_int_equal(next(0), TALK_SERVER_END);
    }
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

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_silent_before_first_record),
        TEST(test_refusal_waits_for_first_record),
        TEST(test_refusal_nobody_hears),
        TEST(test_unreachable_is_not_told),
        TEST(test_subscribe),
        TEST(test_stream_until_acknowledged),
        TEST(test_lost_stream_is_answered_again),
        TEST(test_changed_subscription),
        TEST(test_change_skips_zero),
        TEST(test_client_pauses),
        TEST(test_lease),
        TEST(test_lease_deadlines),
        TEST(test_catalogue_only),
        TEST(test_ping),
        TEST(test_pong),
        TEST(test_round_trip),
        TEST(test_goodbye_of_client),
        TEST(test_goodbye_of_server),
        TEST(test_version),
        TEST(test_garbage),
        TEST(test_wrong_direction),
        TEST(test_nack_and_fetch),
        TEST(test_flood),
    };
    return cmocka_run_group_tests_name("talk_server", tests, NULL, NULL);
}
