/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/talk_client.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"

#define MS NS_PER_MS

enum { STRIDE = 1000, FRAME_BYTES = 2500, FRAGMENTS = 3 };
static const uint64_t BEGIN = 1000 * NS_PER_S;
static const uint64_t BOOT = 0xb007;

static struct talk_client t;
static struct packet said; /* the newest message of the client */
static uint8_t said_bytes[PROTO_UDP_PAYLOAD];
static int held; /* frames' memory that is out */
static unsigned frames, streams, restarts, goodbyes, parts;
static uint32_t newest_frame; /* of on_frame */
static struct packet_catalogue part;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = mem_alloc(bytes);
    held++;
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
    held--;
}

static void on_frame(void *ctx, const struct reasm_slot *slot, uint64_t now_ns)
{
    assert_int_equal(slot->bytes, FRAME_BYTES);
    newest_frame = slot->frame;
    frames++;
    give_back(ctx, slot->handle);
}

static void on_stream(void *ctx, const struct packet_stream *s, bool restarted)
{
    assert_ptr_equal(s, &t.stream);
    streams++;
    restarts += restarted;
}

static void on_goodbye(void *ctx, const struct packet_goodbye *g)
{
    goodbyes++;
}

static void on_catalogue(void *ctx, const struct packet_catalogue *c)
{
    parts++;
    part = *c;
}

static int setup(void **state)
{
    frames = streams = restarts = goodbyes = parts = 0;
    held = 0;
    talk_client_init(&t,
                     &(struct talk_client_owner){
                         .memory = {.take = take, .give_back = give_back},
                         .on_frame = on_frame,
                         .on_stream = on_stream,
                         .on_goodbye = on_goodbye,
                         .on_catalogue = on_catalogue,
                     },
                     0x70ce);
    return 0;
}

static int teardown(void **state)
{
    talk_client_fini(&t);
    assert_int_equal(held, 0);
    return 0;
}

/* The type of the next message, 0: none. */
static int next(uint64_t ms)
{
    size_t len = talk_client_next(&t, BEGIN + ms * MS, said_bytes, sizeof said_bytes);
    if (len == 0)
        return 0;
    assert_int_equal(packet_decode(said_bytes, len, &said), 0);
    return said.type;
}

/* Everything it wants to say now, as a bit for each type. */
static unsigned all(uint64_t ms)
{
    unsigned types = 0;
    int type;
    while ((type = next(ms)))
        types |= 1u << type;
    return types;
}

static bool says(uint64_t ms, enum packet_type type)
{
    return all(ms) >> type & 1;
}

static uint64_t deadline_ms(void)
{
    uint64_t at = talk_client_deadline(&t);
    return at <= BEGIN ? 0 : (at - BEGIN + MS - 1) / MS;
}

static int hear(const struct packet *p, uint64_t ms)
{
    uint8_t buf[PROTO_UDP_PAYLOAD_MAX];
    size_t len = packet_encode(p, buf, sizeof buf);
    assert_true(len > 0);
    return talk_client_on_message(&t, buf, len, BEGIN + ms * MS);
}

static void hear_stream(uint16_t change, uint64_t boot, uint32_t next_frame, uint64_t ms)
{
    struct packet p = {
        .type = PACKET_STREAM,
        .stream = {.serial = t.want.serial,
                   .change = change,
                   .boot = boot,
                   .width = 640,
                   .height = 480,
                   .full_width = 640,
                   .full_height = 480,
                   .millihertz = 25000,
                   .stride = STRIDE,
                   .next_frame = next_frame,
                   .camera = "yard"},
    };
    assert_int_equal(hear(&p, ms), 0);
}

static void hear_fragment(uint32_t frame, uint16_t index, uint64_t ms)
{
    static uint8_t payload[STRIDE];
    struct packet p = {
        .type = PACKET_FRAGMENT,
        .fragment = {.frame = frame,
                     .index = index,
                     .count = FRAGMENTS,
                     .frame_bytes = FRAME_BYTES,
                     .capture_us = frame * UINT64_C(40000),
                     .payload = payload,
                     .payload_len = index < 2 ? STRIDE : FRAME_BYTES % STRIDE},
    };
    assert_int_equal(hear(&p, ms), 0);
}

static void hear_frame(uint32_t frame, uint64_t ms)
{
    for (uint16_t i = 0; i < FRAGMENTS; i++)
        hear_fragment(frame, i, ms);
}

static void hear_pong(uint64_t ping_us, int64_t offset_us, uint64_t ms)
{
    uint64_t at_us = ping_us + (uint64_t)offset_us; /* the whole way is back */
    struct packet p = {.type = PACKET_PONG, .pong = {ping_us, at_us, at_us}};
    assert_int_equal(hear(&p, ms), 0);
}

static void connect_at(uint64_t ms)
{
    talk_client_connected(&t, BEGIN + ms * MS);
}

/* Connected, subscribed and answered at ms. */
static void begin_stream(uint64_t ms)
{
    talk_client_want_stream(&t, "yard", 640, 480, 0);
    connect_at(ms);
    assert_true(says(ms, PACKET_SUBSCRIBE));
    hear_stream(1, BOOT, 10, ms);
    assert_true(says(ms, PACKET_REPORT));
}

static void test_not_connected(void **state)
{
    talk_client_want_stream(&t, "yard", 0, 0, 0);
    talk_client_want_catalogue(&t);
    assert_int_equal(all(0), 0);
    assert_true(talk_client_deadline(&t) == UINT64_MAX);
    assert_false(talk_client_silent(&t, BEGIN + 3600 * NS_PER_S));
    struct packet p = {.type = PACKET_PING, .ping = {1}};
    hear(&p, 1);
    assert_int_equal(all(1), 0);
}

static void test_subscribe_until_answered(void **state)
{
    talk_client_want_stream(&t, "yard", 640, 480, 12500);
    connect_at(0);
    assert_int_equal(deadline_ms(), 0);
    assert_int_equal(next(0), PACKET_SUBSCRIBE); /* the very first thing it says */
    assert_string_equal(said.subscribe.camera, "yard");
    assert_int_equal(said.subscribe.width, 640);
    assert_int_equal(said.subscribe.height, 480);
    assert_int_equal(said.subscribe.millihertz, 12500);
    assert_int_equal(said.subscribe.token, 0x70ce);
    assert_int_equal(said.subscribe.window_ms, 200);
    uint16_t serial = said.subscribe.serial;
    assert_false(says(199, PACKET_SUBSCRIBE));
    assert_true(says(200, PACKET_SUBSCRIBE));
    assert_int_equal(t.want.serial, serial); /* the same question */
    assert_true(says(400, PACKET_SUBSCRIBE));
    assert_false(says(400, PACKET_REPORT));
    hear_stream(1, BOOT, 10, 450);
    assert_int_equal(streams, 1);
    assert_int_equal(next(450), PACKET_REPORT); /* acknowledges */
    assert_int_equal(said.report.change, 1);
    for (uint64_t ms = 450; ms < 2000; ms += 10)
        assert_false(says(ms, PACKET_SUBSCRIBE));
}

static void test_reports(void **state)
{
    begin_stream(0);
    assert_false(says(499, PACKET_REPORT));
    assert_true(says(500, PACKET_REPORT));
    hear_frame(20, 600);
    hear_frame(22, 600);
    hear_fragment(23, 0, 600);
    assert_int_equal(frames, 2);
    all(700); /* the mark of 21 */
    all(900); /* 21 is certain, 23 given up: a window of 200 ms */
    assert_int_equal(next(1000), PACKET_REPORT);
    assert_int_equal(said.report.newest, 23);
    assert_int_equal(said.report.frames, 2);
    assert_int_equal(said.report.frames_incomplete, 2);
    assert_int_equal(said.report.received, 7);
    assert_int_equal(said.report.expected, 12);
    assert_int_equal(said.report.echo_us, 0);
}

static void test_report_echoes_ping(void **state)
{
    begin_stream(0);
    struct packet p = {.type = PACKET_PING, .ping = {.sent_us = 777}};
    hear(&p, 460);
    assert_int_equal(deadline_ms(), 0);
    assert_int_equal(next(470), PACKET_PONG);
    assert_int_equal(said.pong.ping_us, 777);
    assert_int_equal(said.pong.received_us, (BEGIN + 460 * MS) / 1000);
    assert_int_equal(said.pong.sent_us, (BEGIN + 470 * MS) / 1000);
    all(470);
    assert_int_equal(next(500), PACKET_REPORT);
    assert_int_equal(said.report.echo_us, 777);
    assert_int_equal(said.report.echo_delay_us, 40 * 1000);
}

static void test_stream_twice_and_late(void **state)
{
    begin_stream(0);
    hear_stream(1, BOOT, 10, 10); /* its acknowledgement was lost: said again */
    assert_int_equal(streams, 1);
    assert_true(says(10, PACKET_REPORT));
    hear_stream(3, BOOT, 20, 20);
    hear_stream(2, BOOT, 15, 30); /* overtaken */
    assert_int_equal(streams, 2);
    assert_int_equal(t.stream.change, 3);
    assert_int_equal(next(30), PACKET_REPORT);
    assert_int_equal(said.report.change, 3);
    struct packet p = {.type = PACKET_STREAM,
                       .stream = {.serial = (uint16_t)(t.want.serial - 1),
                                  .change = 4,
                                  .boot = BOOT,
                                  .stride = STRIDE,
                                  .camera = "old"}};
    hear(&p, 40); /* answers an older subscription */
    assert_int_equal(streams, 2);
}

static void test_want_changes(void **state)
{
    begin_stream(0);
    uint16_t serial = t.want.serial;
    talk_client_want_stream(&t, "yard", 640, 480, 0); /* nothing new */
    assert_int_equal(t.want.serial, serial);
    assert_false(says(1, PACKET_SUBSCRIBE));
    talk_client_want_stream(&t, "yard", 320, 240, 0);
    assert_int_equal(t.want.serial, serial + 1);
    assert_int_equal(deadline_ms(), 0);
    assert_int_equal(next(2), PACKET_SUBSCRIBE);
    assert_int_equal(said.subscribe.width, 320);
    hear_frame(11, 3); /* the old tier runs on */
    assert_int_equal(frames, 1);
    assert_true(says(202, PACKET_SUBSCRIBE));
    assert_true(says(500, PACKET_REPORT)); /* the lease too */
    hear_stream(2, BOOT, 12, 510);
    assert_false(says(700, PACKET_SUBSCRIBE));
    assert_int_equal(streams, 2);
}

static void test_no_frames_before_stream(void **state)
{
    talk_client_want_stream(&t, "yard", 0, 0, 0);
    connect_at(0);
    hear_frame(5, 1);
    assert_int_equal(frames, 0);
    hear_stream(1, BOOT, 5, 2);
    hear_frame(6, 3);
    assert_int_equal(frames, 1);
}

static void test_pings(void **state)
{
    begin_stream(0);
    unsigned first_second = 0, later = 0;
    for (uint64_t ms = 0; ms < 10000; ms++) {
        int type;
        while ((type = next(ms)))
            if (type == PACKET_PING && ms < 1000)
                first_second++;
            else if (type == PACKET_PING)
                later++;
    }
    assert_int_equal(first_second, 4); /* and one left with the SUBSCRIBE */
    assert_in_range(later, 8, 9);
}

static void test_clock(void **state)
{
    talk_client_want_stream(&t, "yard", 0, 0, 0);
    connect_at(0);
    next(0);
    assert_int_equal(next(0), PACKET_PING);
    uint64_t sent_us = said.ping.sent_us;
    hear_pong(sent_us - 1, 5000, 20); /* nobody asked */
    assert_false(clocksync_known(&t.clock));
    hear_pong(sent_us, 5000, 20);
    assert_true(clocksync_known(&t.clock));
    assert_int_equal(t.clock.rtt_us, 20000);
    assert_int_equal(t.clock.offset_us, 5000 - 10000);
    hear_pong(sent_us, 5000, 900); /* twice: no round trip of 900 ms */
    assert_int_equal(t.clock.rtt_us, 20000);
    assert_int_equal(t.clock.n, 1);
}

static void test_window(void **state)
{
    static const struct {
        uint64_t rtt_ms, window_ms;
    } cases[] = {{0, 200}, {25, 200}, {26, 208}, {249, 1992}, {250, 2000}, {60000, 2000}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        t.clock.rtt_us = cases[i].rtt_ms * 1000;
        assert_int_equal(talk_client_window_ns(&t), cases[i].window_ms * MS);
    }
    begin_stream(0);
    talk_client_set_window(&t, 70);
    assert_int_equal(talk_client_window_ns(&t), 70 * MS);
    assert_int_equal(next(1), PACKET_SUBSCRIBE); /* the server is told */
    assert_int_equal(said.subscribe.window_ms, 70);
}

static void test_expiry(void **state)
{
    begin_stream(0);
    talk_client_set_window(&t, 70);
    all(10);
    hear_stream(2, BOOT, 10, 10);
    all(10);
    hear_fragment(11, 0, 15);
    assert_int_equal(deadline_ms(), 85);
    all(84);
    assert_int_equal(held, 1);
    all(85);
    assert_int_equal(held, 0);
    assert_int_equal(t.account.frames_incomplete, 1);
    hear_fragment(11, 1, 86);
    assert_int_equal(held, 0);
    hear_fragment(12, 1, 90);
    talk_client_disconnected(&t, BEGIN + 100 * MS);
    assert_int_equal(deadline_ms(), 160); /* also without a session */
    all(160);
    assert_int_equal(held, 0);
    assert_true(talk_client_deadline(&t) == UINT64_MAX);
}

/* A number counted as lost is refused for good, so that no frame is both. */
static void test_lost_is_refused(void **state)
{
    begin_stream(0);
    hear_frame(11, 10);
    hear_frame(13, 10);
    all(10);
    all(210);
    assert_int_equal(t.account.frames_incomplete, 1);
    hear_frame(12, 220);
    assert_int_equal(frames, 2);
    assert_int_equal(t.reasm.count[REASM_LATE], FRAGMENTS);
    assert_int_equal(t.account.packets_lost, FRAGMENTS);
    hear_frame(14, 230);
    assert_int_equal(frames, 3);
}

static void test_silence(void **state)
{
    begin_stream(0);
    hear_frame(11, 300);
    assert_false(talk_client_silent(&t, BEGIN + 1299 * MS));
    assert_true(talk_client_silent(&t, BEGIN + 1300 * MS));
    bool woken = false;
    for (uint64_t ms = 300; ms < 1300; ms = deadline_ms()) {
        all(ms);
        assert_true(deadline_ms() > ms);
        woken = deadline_ms() == 1300;
    }
    assert_true(woken);
    all(1300);
    assert_true(deadline_ms() > 1300); /* told once */
    struct packet p = {.type = PACKET_PING, .ping = {1}};
    hear(&p, 1400);
    assert_false(talk_client_silent(&t, BEGIN + 2399 * MS));
    assert_true(talk_client_silent(&t, BEGIN + 2400 * MS));
}

static void test_garbage_is_not_hearing(void **state)
{
    begin_stream(0);
    int err = talk_client_on_message(&t, (const uint8_t *)"\x09", 1, BEGIN + 900 * MS);
    assert_int_equal(err, ERR_FORMAT);
    assert_int_equal(t.bad, 1);
    assert_true(talk_client_silent(&t, BEGIN + 1000 * MS));
    /* A message of a later version is one. */
    assert_int_equal(talk_client_on_message(&t, (const uint8_t *)"\x7f..", 3, BEGIN + 1000 * MS),
                     0);
    assert_false(talk_client_silent(&t, BEGIN + 1000 * MS));
    struct packet p = {.type = PACKET_REPORT};
    assert_int_equal(hear(&p, 1001), ERR_FORMAT); /* not for a client */
    assert_int_equal(t.bad, 2);
}

static void hear_catalogue(uint16_t total, uint16_t first, uint8_t n, uint64_t ms)
{
    struct packet p = {.type = PACKET_CATALOGUE,
                       .catalogue = {.total = total, .first = first, .n = n}};
    for (uint8_t i = 0; i < n; i++)
        p.catalogue.camera[i].name[0] = (char)('a' + i);
    assert_int_equal(hear(&p, ms), 0);
}

static void test_catalogue(void **state)
{
    talk_client_want_catalogue(&t);
    connect_at(0);
    assert_int_equal(next(0), PACKET_CATALOGUE_ASK);
    assert_int_equal(said.catalogue_ask.version, PROTO_VERSION);
    assert_int_equal(said.catalogue_ask.first, 0);
    assert_false(says(199, PACKET_CATALOGUE_ASK));
    assert_true(says(200, PACKET_CATALOGUE_ASK));
    hear_catalogue(35, 0, 16, 210);
    assert_int_equal(next(210), PACKET_CATALOGUE_ASK); /* the next part at once */
    assert_int_equal(said.catalogue_ask.first, 16);
    hear_catalogue(35, 0, 16, 220); /* came twice */
    assert_int_equal(parts, 1);
    hear_catalogue(35, 16, 16, 230);
    assert_int_equal(next(230), PACKET_CATALOGUE_ASK);
    assert_int_equal(said.catalogue_ask.first, 32);
    hear_catalogue(35, 32, 3, 240);
    assert_int_equal(parts, 3);
    assert_int_equal(part.first, 32);
    assert_false(says(1000, PACKET_CATALOGUE_ASK));
    hear_catalogue(35, 35, 0, 1010);
    assert_int_equal(parts, 3);
    talk_client_want_catalogue(&t);
    assert_int_equal(next(1020), PACKET_CATALOGUE_ASK);
    assert_int_equal(said.catalogue_ask.first, 0);
    hear_catalogue(0, 0, 0, 1030);
    assert_int_equal(parts, 4);
    talk_client_want_catalogue(&t);
    hear_catalogue(17, 0, 16, 1040);
    hear_catalogue(10, 10, 0, 1050); /* it became shorter meanwhile */
    assert_int_equal(parts, 6);
    assert_false(says(2000, PACKET_CATALOGUE_ASK));
}

static void test_catalogue_begins_anew_with_session(void **state)
{
    talk_client_want_catalogue(&t);
    connect_at(0);
    all(0);
    hear_catalogue(35, 0, 16, 10);
    connect_at(20);
    assert_int_equal(next(20), PACKET_CATALOGUE_ASK);
    assert_int_equal(said.catalogue_ask.first, 0);
    /* Without a stream there is nothing to report; pings keep the lease. */
    hear_catalogue(1, 0, 1, 30);
    unsigned said_types = 0;
    for (uint64_t ms = 1000; ms < 5000; ms += 10)
        said_types |= all(ms);
    assert_int_equal(said_types, 1u << PACKET_PING);
}

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

/* However often it is told, it wakes neither too late nor for nothing. */
static void test_deadline_is_kept(void **state)
{
    begin_stream(0);
    unsigned wakes = 0;
    for (uint64_t ms = 0; ms < 900;) {
        all(ms);
        assert_int_equal(all(ms), 0);
        uint64_t at = deadline_ms();
        assert_true(at > ms);
        for (uint64_t k = ms; k < at; k++)
            assert_int_equal(all(k), 0);
        ms = at;
        wakes++;
    }
    assert_in_range(wakes, 3, 10);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_not_connected),
        TEST(test_subscribe_until_answered),
        TEST(test_reports),
        TEST(test_report_echoes_ping),
        TEST(test_stream_twice_and_late),
        TEST(test_want_changes),
        TEST(test_no_frames_before_stream),
        TEST(test_pings),
        TEST(test_clock),
        TEST(test_window),
        TEST(test_expiry),
        TEST(test_lost_is_refused),
        TEST(test_silence),
        TEST(test_garbage_is_not_hearing),
        TEST(test_catalogue),
        TEST(test_catalogue_begins_anew_with_session),
        TEST(test_goodbye_of_client),
        TEST(test_goodbye_of_server),
        TEST(test_reconnect_to_same_run),
        TEST(test_reconnect_after_long_outage),
        TEST(test_reconnect_to_another_run),
        TEST(test_wraparound),
        TEST(test_deadline_is_kept),
    };
    return cmocka_run_group_tests_name("talk_client", tests, NULL, NULL);
}
