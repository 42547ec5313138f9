/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "receive/catalogue.h"
#include "unit/receiver_rig.h"
#include "util/err.h"
#include "util/text.h"

static void test_frames_in_order(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    struct receiver_status s;

    wait_for_frames(60);
    receiver_snapshot(r, &s);
    assert_int_equal(s.state, RECEIVER_LIVE);
    assert_string_equal(s.why, "");
    assert_string_equal(s.camera, "front");
    assert_string_equal(s.server, keys_fingerprint(server_keys));
    assert_true(s.encrypted && !s.legacy);
    assert_int_equal(s.width, FAKE_WIDTH);
    assert_int_equal(s.height, FAKE_HEIGHT);
    assert_true(s.fps > 0 && s.bitrate > 0);
    assert_true(s.first_frame_ns > 0 && s.last_frame_ns > s.first_frame_ns);
    assert_false(isnan(s.rtt_ms) || isnan(s.jitter_ms) || isnan(s.latency_ms));
    struct frame *newest = receiver_newest(r);
    assert_non_null(newest);
    assert_int_equal(newest->width, FAKE_WIDTH);
    frame_unref(&newest);
    receiver_stop(r, &s);
    assert_int_equal(s.frames, heard.frames);
    assert_true(s.packets >= s.frames * 3);
    assert_int_equal(s.frames_late + s.frames_rejected + s.reconnects, 0);
    assert_int_equal(heard.disordered + heard.discontinuities + heard.bad_times, 0);
    wait_for_count(f, fake_server_goodbyes, 1);
    fake_server_stop(f);
}

static void test_overtaken_frames_are_not_delivered(void **state)
{
    struct fake_orders o = {.swap = true};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver_status s;

    fake_server_order(f, &o);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_frames(30);
    receiver_stop(r, &s);
    assert_int_equal(heard.disordered, 0);
    assert_true(s.frames_late >= 20);
    fake_server_stop(f);
}

/* The old session never speaks again, as after a changed address: the new one takes over. */
static void test_silence_heals_from_another_port(void **state)
{
    struct fake_orders o = {.deaf = true};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    struct receiver_status s;

    wait_for_frames(5);
    fake_server_order(f, &o);
    wait_for_state(RECEIVER_STALE);
    wait_for_state(RECEIVER_LIVE);
    wait_for_frames(5);
    receiver_stop(r, &s);
    assert_true(s.reconnects >= 1);
    assert_true(fake_server_sessions(f) >= 2);
    assert_int_equal(heard.disordered + heard.discontinuities, 0);
    fake_server_stop(f);
}

static void test_server_goes_and_comes_back(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    uint16_t port = fake_server_port(f);
    struct receiver *r = begin(port, RECEIVER_TRUST_FIRST);
    struct receiver_status s;

    wait_for_frames(5);
    fake_server_stop(f);
    wait_for_state(RECEIVER_LOST);
    receiver_snapshot(r, &s);
    assert_non_null(strstr(s.why, "127.0.0.1"));
    f = fake_server_start(server_keys, port);
    wait_for_frames(5);
    receiver_stop(r, &s);
    assert_int_equal(s.reconnects, 1);
    assert_int_equal(heard.discontinuities, 1); /* another run of the server */
    assert_int_equal(heard.disordered, 0);
    fake_server_stop(f);
}

static void test_other_size_than_announced_is_rejected(void **state)
{
    struct fake_orders o = {.lie = true};
    struct fake_server *f = fake_server_start(server_keys, 0);
    uint64_t deadline = mono_ns() + LONG_NS;
    struct receiver_status s = {0};

    fake_server_order(f, &o);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    while (s.frames_rejected < 3 && mono_ns() < deadline)
        receiver_snapshot(r, &s);
    receiver_stop(r, &s);
    assert_true(s.frames_rejected >= 3);
    assert_int_equal(heard.frames, 0);
    fake_server_stop(f);
}

static void test_camera_is_off(void **state)
{
    struct fake_orders o = {.offline = true};
    struct fake_server *f = fake_server_start(server_keys, 0);

    fake_server_order(f, &o);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_state(RECEIVER_OFFLINE);
    assert_string_equal(heard.status.why, "unplugged");
    receiver_stop(r, NULL);
    fake_server_stop(f);
}

static void test_catalogue(void **state)
{
    static const unsigned counts[] = {1, PACKET_CAMERAS, PACKET_CAMERAS + 1, 3 * PACKET_CAMERAS};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver_settings how = {
        .keys = client_keys, .known_servers = known, .trust = RECEIVER_TRUST_FIRST};
    struct catalogue list;
    char error[RECEIVER_WHY];

    how.url = (struct url){.kind = URL_SERVER, .host = "127.0.0.1", .port = fake_server_port(f)};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct fake_orders o = {.cameras = counts[i]};
        char last[PROTO_NAME_MAX];
        fake_server_order(f, &o);
        assert_int_equal(catalogue_ask(&how, 20000, &list, error, sizeof(error)), 0);
        assert_int_equal(list.n, counts[i]);
        text_format(last, sizeof(last), "cam%u", counts[i] - 1);
        assert_string_equal(list.camera[list.n - 1].name, last);
    }
    struct fake_orders refuse = {.refuse = true};
    fake_server_order(f, &refuse);
    assert_int_equal(catalogue_ask(&how, 20000, &list, error, sizeof(error)), ERR_DENIED);
    assert_non_null(strstr(error, "not authorized"));
    fake_server_stop(f);
    assert_int_equal(catalogue_ask(&how, 20000, &list, error, sizeof(error)), ERR_UNKNOWN);
    assert_non_null(strstr(error, "127.0.0.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_frames_in_order, forget),
        cmocka_unit_test_setup(test_overtaken_frames_are_not_delivered, forget),
        cmocka_unit_test_setup(test_silence_heals_from_another_port, forget),
        cmocka_unit_test_setup(test_server_goes_and_comes_back, forget),
        cmocka_unit_test_setup(test_other_size_than_announced_is_rejected, forget),
        cmocka_unit_test_setup(test_camera_is_off, forget),
        cmocka_unit_test_setup(test_catalogue, forget),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
