/* SPDX-License-Identifier: MIT */
/* The running listener and its sessions against clients made here, datagram by datagram: what a
 * client that starts again, repeats itself or says nothing gets. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/udp.h"
#include "proto/packet.h"
#include "server/listener.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/mono.h"

enum { PATIENCE_S = 30, LOG_LINES = 64, QUIET_MS = 300 };

/* ---- the log's lines, from any thread ---- */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_lines[LOG_LINES][300];
static unsigned log_n;

static void on_log(void *ctx, enum log_level level, int64_t at_us, const char *message)
{
    pthread_mutex_lock(&log_lock);
    if (log_n < LOG_LINES)
        snprintf(log_lines[log_n++], sizeof log_lines[0], "%s", message);
    pthread_mutex_unlock(&log_lock);
}

static unsigned logged(const char *words)
{
    unsigned n = 0;
    pthread_mutex_lock(&log_lock);
    for (unsigned i = 0; i < log_n; i++)
        n += strstr(log_lines[i], words) != NULL;
    pthread_mutex_unlock(&log_lock);
    return n;
}

static void wait_logged(const char *words, unsigned times)
{
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    while (logged(words) < times && mono_ns() < end)
        poll(NULL, 0, 5);
    if (logged(words) < times)
        fail_msg("%u lines with \"%s\", not %u", logged(words), words, times);
}

/* ---- a server in this process ---- */
struct fixture {
    char dir[64], path[600];
    struct server_settings *settings;
    struct keys *keys, *client_keys;
    struct admission admission;
    struct camera *camera;
    struct listener *listener;
    struct addr address;
};

static uint16_t logged_port(void)
{
    static const char words[] = "listening on 127.0.0.1:";
    uint16_t port = 0;
    wait_logged(words, 1);
    pthread_mutex_lock(&log_lock);
    for (unsigned i = 0; i < log_n; i++) {
        const char *at = strstr(log_lines[i], words);
        if (at)
            port = (uint16_t)atoi(at + strlen(words));
    }
    pthread_mutex_unlock(&log_lock);
    return port;
}

static int start(struct fixture *x)
{
    char error[OPTIONS_ERROR_MAX] = "";
    char words[6][64] = {"camwalld",    "--listen", "127.0.0.1:0",
                         "--state-dir", "",         "pattern:160x120@50"};
    char *argv[7] = {0};
    snprintf(words[4], sizeof words[4], "%s", x->dir);
    for (int i = 0; i < 6; i++)
        argv[i] = words[i];
    if (settings_load(x->settings, 6, argv, error) != 0 ||
        keys_open(x->settings->key_path, &x->keys, error, sizeof error) != 0)
        return -1;
    admission_configure(&x->admission, x->settings);
    return camera_start(&x->settings->cameras[0], false, &x->camera) ||
           listener_start(x->settings, x->keys, &x->admission, &x->camera, 1, &x->listener);
}

static int setup_with(void **state, bool open)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    char error[200];
    *state = x;
    pthread_mutex_lock(&log_lock);
    log_n = 0;
    pthread_mutex_unlock(&log_lock);
    log_set_hook(on_log, NULL);
    snprintf(x->dir, sizeof x->dir, "/tmp/camwall-test-XXXXXX");
    x->settings = mem_zero(1, sizeof *x->settings);
    if (secure_global_init() != 0 || !mkdtemp(x->dir) || admission_init(&x->admission) != 0)
        return -1;
    snprintf(x->path, sizeof x->path, "%s/client.key", x->dir);
    if (keys_open(x->path, &x->client_keys, error, sizeof error) != 0 || start(x) != 0)
        return -1;
    x->settings->open = open;
    admission_configure(&x->admission, x->settings);
    char text[64];
    snprintf(text, sizeof text, "127.0.0.1:%u", logged_port());
    return addr_resolve(text, 1, &x->address, NULL);
}

static int setup_open(void **state)
{
    return setup_with(state, true);
}

static int setup_closed(void **state)
{
    return setup_with(state, false);
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    listener_stop(x->listener);
    camera_stop(x->camera);
    admission_fini(&x->admission);
    unlink(x->path);
    unlink(x->settings->key_path);
    rmdir(x->dir);
    keys_free(x->keys);
    keys_free(x->client_keys);
    settings_free(x->settings);
    mem_free(x->settings);
    log_set_hook(NULL, NULL);
    mem_free(x);
    return 0;
}

/* ---- a client on a port of its own ---- */
struct caller {
    struct link *link;
    struct secure *secure;
    struct addr server;
    struct link_batch batch;
    unsigned copies;    /* of every datagram that it sends */
    unsigned datagrams; /* that came */
    uint64_t token;     /* of its subscription; 0: none yet */
};

static int caller_out(void *ctx, const uint8_t *dgram, size_t len)
{
    struct caller *c = ctx;
    const struct addr none = {0};
    for (unsigned i = 0; i < c->copies; i++)
        c->link->ops->send(c->link, &none, &c->server, dgram, len, len, NULL);
    return 0;
}

/* at: the local address, port 0 for any. */
static void caller_open(struct caller *c, struct fixture *x, const struct addr *at, unsigned copies)
{
    const struct udp_settings udp = {0};
    const struct secure_settings s = {
        .keys = x->client_keys, .mtu = PROTO_UDP_PAYLOAD, .out = caller_out, .ctx = c};
    struct udp_grant grant;
    memset(c, 0, sizeof *c);
    c->server = x->address;
    c->copies = copies;
    assert_int_equal(udp_listen(at, &udp, &c->link, &grant), 0);
    assert_int_equal(link_batch_init(&c->batch, 32, 65536), 0);
    assert_int_equal(secure_new(&s, NULL, &c->secure), 0);
}

/* Without a word, as kill -9 does it. */
static void caller_vanish(struct caller *c)
{
    secure_free(c->secure);
    link_batch_fini(&c->batch);
    c->link->ops->close(c->link);
}

/* Waits up to ms for datagrams and gives each to the channel; use looks at what came. */
static void caller_listen(struct caller *c, unsigned ms, void (*use)(struct caller *c))
{
    struct pollfd p = {.fd = c->link->fd, .events = POLLIN};
    if (poll(&p, 1, (int)ms) <= 0)
        return;
    int n = c->link->ops->recv(c->link, &c->batch);
    for (size_t i = 0; n > 0 && i < c->batch.n; i++) {
        c->datagrams++;
        secure_feed(c->secure, c->batch.at[i].data, c->batch.at[i].len);
        use(c);
    }
}

static int shaken;

static void shake(struct caller *c)
{
    shaken = secure_handshake(c->secure);
}

static void caller_handshake(struct caller *c)
{
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    shaken = secure_handshake(c->secure);
    while (shaken == -EAGAIN && mono_ns() < end) {
        caller_listen(c, 20, shake);
        if (shaken == -EAGAIN)
            shake(c);
    }
    assert_int_equal(shaken, 0);
}

static void caller_say(struct caller *c, const struct packet *p)
{
    uint8_t buf[1024];
    size_t len = packet_encode(p, buf, sizeof buf);
    assert_true(len > 0);
    assert_int_equal(secure_send(c->secure, buf, len), 0);
}

static void caller_subscribe(struct caller *c, uint64_t token)
{
    const struct packet p = {.type = PACKET_SUBSCRIBE,
                             .subscribe = {.version = PROTO_VERSION, .serial = 1, .token = token}};
    c->token = token;
    caller_say(c, &p);
}

/* Types of messages that came, as a set. */
static unsigned heard;
static uint8_t heard_reason;

static void hear(struct caller *c)
{
    uint8_t buf[2048];
    int n;
    while ((n = secure_recv(c->secure, buf, sizeof buf)) >= 0) {
        struct packet p;
        if (packet_decode(buf, (size_t)n, &p) != 0)
            continue;
        heard |= 1u << p.type;
        if (p.type == PACKET_GOODBYE)
            heard_reason = p.goodbye.reason;
    }
}

static void caller_wait_for(struct caller *c, enum packet_type type)
{
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    heard = 0;
    while (!(heard & 1u << type) && mono_ns() < end) {
        unsigned before = c->datagrams;
        caller_listen(c, 100, hear);
        if (c->datagrams == before && c->token) /* as every client does until it is answered */
            caller_subscribe(c, c->token);
    }
    assert_true(heard & 1u << type);
}

static struct addr any_port(void)
{
    struct addr a;
    assert_int_equal(addr_resolve("127.0.0.1:0", 0, &a, NULL), 0);
    return a;
}

static void a_client_that_starts_again_on_its_port_is_served(void **state)
{
    struct fixture *x = *state;
    struct caller first, second;
    struct addr at = any_port();
    caller_open(&first, x, &at, 1);
    at = first.link->bound;
    caller_handshake(&first);
    caller_subscribe(&first, 1);
    caller_wait_for(&first, PACKET_FRAGMENT);
    caller_vanish(&first);
    caller_open(&second, x, &at, 1);
    caller_handshake(&second);
    caller_subscribe(&second, 2);
    caller_wait_for(&second, PACKET_FRAGMENT);
    wait_logged("left pattern", 1);
    assert_int_equal(logged(": replaced;") + logged(": unreachable;"), 1);
    caller_vanish(&second);
}

static void repeated_flights_make_one_session(void **state)
{
    struct fixture *x = *state;
    struct caller c;
    struct addr at = any_port();
    caller_open(&c, x, &at, 3);
    caller_handshake(&c);
    caller_subscribe(&c, 1);
    caller_wait_for(&c, PACKET_STREAM);
    caller_wait_for(&c, PACKET_FRAGMENT);
    assert_int_equal(logged(" connected to pattern"), 1);
    assert_int_equal(logged(": replaced;"), 0);
    caller_vanish(&c);
}

static void nothing_is_sent_before_the_first_record(void **state)
{
    struct fixture *x = *state;
    struct caller c;
    struct addr at = any_port();
    caller_open(&c, x, &at, 1);
    caller_handshake(&c);
    wait_logged("refused: not authorized", 1);
    c.datagrams = 0;
    heard = 0;
    caller_listen(&c, QUIET_MS, hear);
    assert_int_equal(c.datagrams, 0);
    caller_subscribe(&c, 1);
    caller_wait_for(&c, PACKET_GOODBYE);
    assert_int_equal(heard_reason, REASON_NOT_AUTHORIZED);
    assert_int_equal(logged(" connected to pattern"), 0);
    caller_vanish(&c);
}

static void a_stream_from_another_port_replaces_itself(void **state)
{
    struct fixture *x = *state;
    struct caller first, second;
    struct addr at = any_port();
    caller_open(&first, x, &at, 1);
    caller_handshake(&first);
    caller_subscribe(&first, 77);
    caller_wait_for(&first, PACKET_FRAGMENT);
    caller_open(&second, x, &at, 1);
    caller_handshake(&second);
    caller_subscribe(&second, 77);
    caller_wait_for(&second, PACKET_FRAGMENT);
    wait_logged(": replaced;", 1);
    caller_wait_for(&first, PACKET_GOODBYE);
    assert_int_equal(heard_reason, REASON_REPLACED);
    caller_vanish(&first);
    caller_vanish(&second);
}

static void a_wrong_version_is_told_so(void **state)
{
    struct fixture *x = *state;
    struct caller c;
    struct addr at = any_port();
    const struct packet p = {.type = PACKET_SUBSCRIBE,
                             .subscribe = {.version = PROTO_VERSION, .serial = 1, .token = 1}};
    uint8_t buf[1024];
    caller_open(&c, x, &at, 1);
    caller_handshake(&c);
    size_t len = packet_encode(&p, buf, sizeof buf);
    buf[1] = PROTO_VERSION + 1;
    assert_int_equal(secure_send(c.secure, buf, len), 0);
    caller_wait_for(&c, PACKET_GOODBYE);
    assert_int_equal(heard_reason, REASON_VERSION);
    caller_vanish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_client_that_starts_again_on_its_port_is_served,
                                        setup_open, teardown),
        cmocka_unit_test_setup_teardown(repeated_flights_make_one_session, setup_open, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_sent_before_the_first_record, setup_closed,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stream_from_another_port_replaces_itself, setup_open,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_wrong_version_is_told_so, setup_open, teardown),
    };
    return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
