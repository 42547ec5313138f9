/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/client_rig.h"
#include "util/err.h"
#include "util/mono.h"

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

/* Before the first PONG a round trip of 100 ms is assumed. */
static void test_nack(void **state)
{
    begin_stream(0);
    all(10);
    hear_fragment(20, 0, 20);
    hear_fragment(20, 2, 20);
    assert_false(says(22, PACKET_NACK));
    assert_int_equal(deadline_ms(), 23);
    assert_int_equal(next(23), PACKET_NACK); /* the reorder allowance is over */
    assert_int_equal(said.nack.frame, 20);
    assert_int_equal(said.nack.first, 1);
    assert_int_equal(said.nack.bytes, 1);
    assert_int_equal(t.bitmap[0], 0x80);
    assert_false(says(60, PACKET_NACK));
    hear_flagged(20, 1, FRAGMENT_REPAIR, 70);
    assert_int_equal(frames, 1);
    assert_int_equal(t.account.packets_repaired, 1);
    assert_false(says(200, PACKET_NACK));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_not_connected),
        TEST(test_subscribe_until_answered),
        TEST(test_reports),
        TEST(test_nack),
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
        TEST(test_deadline_is_kept),
    };
    return cmocka_run_group_tests_name("talk_client", tests, NULL, NULL);
}
