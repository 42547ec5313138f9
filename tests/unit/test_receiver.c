/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_server.h"
#include "net/secure.h"
#include "proto/serial.h"
#include "receive/catalogue.h"
#include "receive/receiver.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

#define LONG_NS (20 * NS_PER_S) /* a loaded machine gets its time; nothing waits this long */

static char dir[] = "/tmp/camwall-test-XXXXXX";
static char known[128];
static struct keys *client_keys, *server_keys, *other_keys;

/* What the sinks heard. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned frames, disordered, discontinuities, bad_times;
    uint32_t newest;
    int64_t wall_us;
    struct receiver_status status;
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_frame(void *ctx, struct frame *f)
{
    pthread_mutex_lock(&heard.lock);
    if (f->discontinuity)
        heard.discontinuities++;
    else if (heard.frames && !serial_newer(f->number, heard.newest))
        heard.disordered++;
    else if (heard.frames && f->wall_us <= heard.wall_us)
        heard.bad_times++;
    heard.frames++;
    heard.newest = f->number;
    heard.wall_us = f->wall_us;
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

static void on_state(void *ctx, const struct receiver_status *s)
{
    pthread_mutex_lock(&heard.lock);
    heard.status = *s;
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

static void wait_for_state(enum receiver_state state)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    while (heard.status.state != state && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    if (!in_time)
        fail_msg("state is %s (%s), not %s", receiver_state_name(heard.status.state),
                 heard.status.why, receiver_state_name(state));
}

static void wait_for_frames(unsigned more)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    unsigned enough = heard.frames + more;
    while (heard.frames < enough && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    assert_true(in_time);
}

static void wait_for_count(struct fake_server *f, unsigned (*count)(struct fake_server *f),
                           unsigned n)
{
    uint64_t deadline = mono_ns() + LONG_NS;

    while (count(f) < n && mono_ns() < deadline)
        poll(NULL, 0, 1);
    assert_int_equal(count(f), n);
}

static struct receiver *begin(uint16_t port, enum receiver_trust trust)
{
    struct receiver_settings s = {
        .keys = client_keys, .known_servers = known, .trust = trust, .name = "test"};
    struct receiver_sinks sinks = {.on_frame = on_frame, .on_state = on_state};
    struct receiver *r;

    s.url = (struct url){.kind = URL_CAMERA, .host = "127.0.0.1", .port = port, .camera = "front"};
    pthread_mutex_lock(&heard.lock);
    heard.frames = heard.disordered = heard.discontinuities = heard.bad_times = 0;
    heard.status = (struct receiver_status){.state = RECEIVER_STATES};
    pthread_mutex_unlock(&heard.lock);
    assert_int_equal(receiver_start(&s, &sinks, &r), 0);
    return r;
}

static char *known_text(void)
{
    static char text[1024];
    FILE *f = fopen(known, "r");

    text[0] = '\0';
    if (!f)
        return text;
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void write_known(uint16_t port, const char *fingerprint)
{
    FILE *f = fopen(known, "w");

    assert_non_null(f);
    fprintf(f, "# a comment\n127.0.0.1:%u %s\n", port, fingerprint);
    fclose(f);
}

static int forget(void **state)
{
    unlink(known);
    return 0;
}

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

static void test_unknown_key_is_refused(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_KNOWN);

    wait_for_state(RECEIVER_REFUSED);
    assert_non_null(strstr(heard.status.why, known));
    assert_non_null(strstr(heard.status.why, keys_fingerprint(server_keys)));
    receiver_stop(r, NULL);
    wait_for_count(f, fake_server_sessions, 1);
    assert_int_equal(fake_server_messages(f), 0);
    assert_int_equal(heard.frames, 0);
    assert_string_equal(known_text(), "");
    fake_server_stop(f);
}

static void test_first_key_is_remembered(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    char line[128];

    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_frames(1);
    receiver_stop(r, NULL);
    text_format(line, sizeof(line), "127.0.0.1:%u %s\n", fake_server_port(f),
                keys_fingerprint(server_keys));
    assert_string_equal(known_text(), line);
    r = begin(fake_server_port(f), RECEIVER_TRUST_KNOWN);
    wait_for_frames(1);
    receiver_stop(r, NULL);
    assert_string_equal(known_text(), line);
    fake_server_stop(f);
}

/* Whatever was asked for, a changed key is refused, and the people are told where the old one is.
 */
static void test_changed_key_is_refused(void **state)
{
    static const enum receiver_trust trusts[] = {RECEIVER_TRUST_ASK, RECEIVER_TRUST_FIRST,
                                                 RECEIVER_TRUST_KNOWN};
    struct fake_server *f = fake_server_start(server_keys, 0);
    char where[160];

    write_known(fake_server_port(f), keys_fingerprint(other_keys));
    text_format(where, sizeof(where), "%s line 2", known);
    for (size_t i = 0; i < 3; i++) {
        struct receiver *r = begin(fake_server_port(f), trusts[i]);
        wait_for_state(RECEIVER_REFUSED);
        assert_non_null(strstr(heard.status.why, "CHANGED"));
        assert_non_null(strstr(heard.status.why, where));
        assert_int_equal(heard.status.changed_line, 2);
        assert_string_equal(heard.status.remembered, keys_fingerprint(other_keys));
        assert_false(heard.status.asking);
        receiver_stop(r, NULL);
    }
    assert_int_equal(fake_server_messages(f), 0);
    fake_server_stop(f);
}

static void test_asking(void **state)
{
    static const struct {
        enum receiver_answer answer;
        bool live, remembered;
    } cases[] = {
        {RECEIVER_NO, false, false}, {RECEIVER_ONCE, true, false}, {RECEIVER_ALWAYS, true, true}};

    for (size_t i = 0; i < 3; i++) {
        struct fake_server *f = fake_server_start(server_keys, 0);
        struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_ASK);
        wait_for_state(RECEIVER_REFUSED);
        assert_true(heard.status.asking);
        assert_string_equal(heard.status.server, keys_fingerprint(server_keys));
        assert_int_equal(fake_server_messages(f), 0);
        receiver_accept(r, cases[i].answer);
        if (cases[i].live) {
            wait_for_frames(1);
        } else {
            uint64_t deadline = mono_ns() + LONG_NS;
            struct receiver_status s = {.asking = true};
            while (s.asking && mono_ns() < deadline)
                receiver_snapshot(r, &s);
            assert_int_equal(s.state, RECEIVER_REFUSED);
        }
        receiver_stop(r, NULL);
        assert_int_equal(known_text()[0] != '\0', cases[i].remembered);
        fake_server_stop(f);
    }
}

static void test_not_authorized(void **state)
{
    struct fake_orders o = {.refuse = true};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver_status s;

    fake_server_order(f, &o);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_state(RECEIVER_REFUSED);
    assert_non_null(strstr(heard.status.why, keys_fingerprint(client_keys)));
    receiver_snapshot(r, &s);
    assert_true(s.next_try_ns > mono_ns() + 10 * NS_PER_S); /* of 15 s */
    o.refuse = false;
    fake_server_order(f, &o);
    receiver_reconnect(r);
    wait_for_frames(1);
    receiver_stop(r, NULL);
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

static struct keys *make_key(const char *name)
{
    char path[160], error[200];
    struct keys *k;

    text_format(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(keys_open(path, &k, error, sizeof(error)), 0);
    return k;
}

static int set_up(void **state)
{
    if (!mkdtemp(dir) || secure_global_init() < 0)
        return -1;
    thread_cond_init(&heard.changed);
    text_format(known, sizeof(known), "%s/known_servers", dir);
    client_keys = make_key("client.key");
    server_keys = make_key("server.key");
    other_keys = make_key("other.key");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"client.key", "server.key", "other.key", "known_servers"};
    char path[160];

    keys_free(client_keys);
    keys_free(server_keys);
    keys_free(other_keys);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        text_format(path, sizeof(path), "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_frames_in_order, forget),
        cmocka_unit_test_setup(test_overtaken_frames_are_not_delivered, forget),
        cmocka_unit_test_setup(test_unknown_key_is_refused, forget),
        cmocka_unit_test_setup(test_first_key_is_remembered, forget),
        cmocka_unit_test_setup(test_changed_key_is_refused, forget),
        cmocka_unit_test_setup(test_asking, forget),
        cmocka_unit_test_setup(test_not_authorized, forget),
        cmocka_unit_test_setup(test_silence_heals_from_another_port, forget),
        cmocka_unit_test_setup(test_server_goes_and_comes_back, forget),
        cmocka_unit_test_setup(test_other_size_than_announced_is_rejected, forget),
        cmocka_unit_test_setup(test_camera_is_off, forget),
        cmocka_unit_test_setup(test_catalogue, forget),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
