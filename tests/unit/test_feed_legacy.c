/* SPDX-License-Identifier: MIT */
/* The old server in a few lines: it waits for CONNECT and sends JPEGs cut at 65000 bytes. */
#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/mjpeg_enc.h"
#include "proto/limits.h"
#include "receive/receiver.h"
#include "util/mono.h"
#include "util/thread.h"

#define LONG_NS (20 * NS_PER_S)
enum { WIDTH = 640, HEIGHT = 480 };

static struct frame_pool *pool;
static struct frame *small, *large; /* one datagram; several */
static int fd = -1;
static struct sockaddr_in server, client;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned frames;
    struct frame *newest;
    enum receiver_state state;
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_frame(void *ctx, struct frame *f)
{
    pthread_mutex_lock(&heard.lock);
    heard.frames++;
    frame_unref(&heard.newest);
    heard.newest = frame_ref(f);
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

static void on_state(void *ctx, const struct receiver_status *s)
{
    pthread_mutex_lock(&heard.lock);
    heard.state = s->state;
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

static void expect_frame(unsigned n, const struct frame *same)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    while (heard.frames < n && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    assert_true(in_time);
    assert_int_equal(heard.newest->len, same->len);
    assert_memory_equal(heard.newest->data, same->data, same->len);
    assert_int_equal(heard.newest->width, WIDTH);
    assert_int_equal(heard.newest->height, HEIGHT);
    assert_true(heard.newest->wall_us > 0);
}

static void expect_state(enum receiver_state state)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    while (heard.state != state && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    assert_true(in_time);
}

static void expect_connect(void)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    socklen_t len = sizeof(client);
    char text[16];

    assert_int_equal(poll(&p, 1, LONG_NS / NS_PER_MS), 1);
    assert_int_equal(recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&client, &len), 7);
    assert_memory_equal(text, "CONNECT", 7);
}

static void send_bytes(const uint8_t *bytes, size_t len)
{
    assert_int_equal(sendto(fd, bytes, len, 0, (struct sockaddr *)&client, sizeof(client)), len);
}

static void send_pieces(const struct frame *f, size_t from, size_t to)
{
    for (size_t at = from; at < to; at += LEGACY_DATAGRAM_MAX) {
        size_t len = to - at < LEGACY_DATAGRAM_MAX ? to - at : LEGACY_DATAGRAM_MAX;
        send_bytes(f->data + at, len);
    }
}

static void open_server(void)
{
    socklen_t len = sizeof(server);

    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    server.sin_family = AF_INET;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&server, sizeof(server)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&server, &len), 0);
}

static struct receiver *begin(void)
{
    struct receiver_settings s = {.name = "old"};
    struct receiver_sinks sinks = {.on_frame = on_frame, .on_state = on_state};
    struct receiver *r;

    heard.frames = 0;
    heard.state = RECEIVER_STATES;
    s.url = (struct url){.kind = URL_LEGACY, .host = "127.0.0.1", .port = ntohs(server.sin_port)};
    assert_int_equal(receiver_start(&s, &sinks, &r), 0);
    return r;
}

static void test_pictures(void **state)
{
    struct receiver_status s;

    server.sin_port = 0;
    open_server();
    struct receiver *r = begin();
    expect_connect();
    send_pieces(small, 0, small->len);
    expect_frame(1, small);
    send_pieces(large, 0, large->len);
    expect_frame(2, large);
    receiver_snapshot(r, &s);
    assert_int_equal(s.state, RECEIVER_LIVE);
    assert_true(s.legacy && !s.encrypted);
    assert_string_equal(s.server, "");
    assert_int_equal(s.width, WIDTH);
    assert_true(isnan(s.rtt_ms) && isnan(s.latency_ms));
    receiver_stop(r, &s);
    assert_int_equal(s.frames, 2);
    assert_int_equal(s.frames_incomplete, 0);
    assert_int_equal(s.packets, 1 + (large->len + LEGACY_DATAGRAM_MAX - 1) / LEGACY_DATAGRAM_MAX);
    close(fd);
}

/* The first piece, the last piece or one in the middle is lost: never half a picture, and the next
 * one is whole. */
static void test_torn(void **state)
{
    struct receiver_status s;

    server.sin_port = 0;
    open_server();
    struct receiver *r = begin();
    expect_connect();
    send_pieces(large, LEGACY_DATAGRAM_MAX, large->len);
    send_pieces(small, 0, small->len);
    expect_frame(1, small);
    send_pieces(large, 0, LEGACY_DATAGRAM_MAX);
    send_pieces(small, 0, small->len);
    expect_frame(2, small);
    send_pieces(large, 0, large->len);
    expect_frame(3, large);
    receiver_stop(r, &s);
    assert_int_equal(s.frames, 3);
    assert_int_equal(s.frames_incomplete, 1);
    close(fd);
}

static void test_asks_again_after_silence(void **state)
{
    struct sockaddr_in first;

    server.sin_port = 0;
    open_server();
    struct receiver *r = begin();
    uint64_t began = mono_ns();
    expect_connect();
    first = client;
    expect_connect();
    assert_true(mono_ns() - began >= (LEGACY_SILENCE_MS - 100) * NS_PER_MS);
    assert_int_equal(client.sin_port, first.sin_port);
    send_pieces(small, 0, small->len);
    expect_frame(1, small);
    expect_connect();
    receiver_stop(r, NULL);
    close(fd);
}

static void test_dead_and_back(void **state)
{
    struct receiver_status s;

    server.sin_port = 0;
    open_server();
    struct receiver *r = begin();
    expect_connect();
    send_pieces(small, 0, small->len);
    expect_frame(1, small);
    close(fd);
    expect_state(RECEIVER_LOST);
    open_server();
    expect_connect();
    send_pieces(small, 0, small->len);
    expect_frame(2, small);
    receiver_stop(r, &s);
    assert_int_equal(s.reconnects, 1);
    close(fd);
}

/* A picture of noise is large at any quality. */
static struct frame *picture(unsigned noise, int quality)
{
    struct frame *raw, *out;
    struct mjpeg_enc *enc;
    unsigned seed = 1;

    assert_int_equal(frame_new(pool, frame_i420_bytes(WIDTH, HEIGHT), &raw), 0);
    raw->format = FRAME_I420;
    raw->width = WIDTH;
    raw->height = HEIGHT;
    raw->len = frame_i420_bytes(WIDTH, HEIGHT);
    for (size_t i = 0; i < raw->len; i++)
        raw->data[i] = (uint8_t)(128 + (noise ? rand_r(&seed) % noise : 0));
    assert_int_equal(mjpeg_enc_new(&enc), 0);
    assert_int_equal(mjpeg_enc_frame(enc, raw, quality, pool, &out), 0);
    mjpeg_enc_free(enc);
    frame_unref(&raw);
    return out;
}

static int set_up(void **state)
{
    thread_cond_init(&heard.changed);
    if (frame_pool_new(2, &pool) < 0)
        return -1;
    small = picture(0, 85);
    large = picture(127, 95);
    return small->len < LEGACY_DATAGRAM_MAX && large->len > 2 * LEGACY_DATAGRAM_MAX ? 0 : -1;
}

static int tear_down(void **state)
{
    frame_unref(&small);
    frame_unref(&large);
    frame_unref(&heard.newest);
    frame_pool_free(pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_asks_again_after_silence),
        cmocka_unit_test(test_dead_and_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
