/* SPDX-License-Identifier: MIT */
/* One socket, many peers: what ICMP says of the dead must not disturb the living. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "unit/net_udp.h"
#include "util/mono.h"
#include "util/thread.h"

/* An address where nobody listens any more. */
static struct addr dead_peer(const char *host)
{
    struct link *l = udp_open(host, &udp_plain);
    struct addr a = l->bound;
    udp_close(l);
    return a;
}

static bool next_event(struct link *l, const struct addr *peer)
{
    uint64_t end_ns = mono_ns() + WAIT_MS * NS_PER_MS;
    struct link_batch b;
    bool found = false;
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    while (!found && mono_ns() < end_ns) {
        struct link_event e[4];
        struct pollfd fd = {l->fd, 0, 0};
        assert_int_equal(l->ops->recv(l, &b), 0);
        int n = l->ops->events(l, e, 4);
        for (int i = 0; i < n; i++)
            found = found || addr_equal(&e[i].peer, peer);
        if (!found)
            poll(&fd, 1, 20);
    }
    link_batch_fini(&b);
    return found;
}

/* The kernel reports a dead peer to whoever uses the socket next: each send to the living one must
 * arrive all the same. */
static void check_dead_and_live(const char *host, size_t len, size_t segment)
{
    enum { ROUNDS = 200 };
    static uint8_t bytes[4000];
    struct link_batch b;
    struct addr dead = dead_peer(host);
    struct link *server = udp_open(host, &udp_plain), *live = udp_open(host, &udp_plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    uint64_t got = 0;
    for (int i = 0; i < ROUNDS; i++) {
        server->ops->send(server, NULL, &dead, bytes, len, segment, NULL);
        int e = server->ops->send(server, NULL, &live->bound, bytes, len, segment, NULL);
        assert_int_equal(e, 0);
        while (live->ops->recv(live, &b) > 0)
            got += b.n;
    }
    uint64_t expected = ROUNDS * ((len + segment - 1) / segment);
    while (got < expected && udp_receive(live, &b, WAIT_MS) > 0)
        got += b.n;
    assert_int_equal(got, expected);
    assert_true(next_event(server, &dead));
    assert_true(server->counters.icmp > 0);
    assert_false(server->ops->events(server, (struct link_event[1]){{0}}, 1));
    udp_close(live);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_dead_and_live_peer(void **state)
{
    check_dead_and_live("127.0.0.1:0", 100, 100);
    check_dead_and_live("127.0.0.1:0", 4000, 1000);
    if (udp_have_ipv6())
        check_dead_and_live("[::1]:0", 100, 100);
}

/* Receiving is not disturbed either, and a wait that the error queue ended does not spin. */
static void test_receives_past_dead_peers(void **state)
{
    struct link_batch b;
    struct addr dead = dead_peer("127.0.0.1:0");
    struct link *server = udp_open("127.0.0.1:0", &udp_plain),
                *live = udp_open_to(server, &udp_plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    for (int i = 0; i < 20; i++) {
        server->ops->send(server, NULL, &dead, (const uint8_t *)"x", 1, 0, NULL);
        udp_send_text(live, NULL, &server->bound, "hello");
        assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
    }
    server->ops->send(server, NULL, &dead, (const uint8_t *)"x", 1, 0, NULL);
    struct pollfd fd = {server->fd, POLLIN, 0};
    poll(&fd, 1, WAIT_MS);
    assert_true(fd.revents & POLLERR);
    assert_int_equal(server->ops->recv(server, &b), 0);
    assert_int_equal(poll(&fd, 1, 0), 0);
    assert_true(next_event(server, &dead));
    udp_close(live);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_own_peer_is_gone(void **state)
{
    struct link *server = udp_open("127.0.0.1:0", &udp_plain),
                *client = udp_open_to(server, &udp_plain);
    struct addr peer = server->bound;
    udp_close(server);
    assert_int_equal(client->ops->send(client, NULL, &peer, (const uint8_t *)"x", 1, 0, NULL), 0);
    assert_true(next_event(client, &peer));
    udp_close(client);
}

/* Events of one peer count once; more peers than there is room for are not an overrun. */
static void test_many_dead_peers(void **state)
{
    enum { DEAD = 100 };
    struct link_event e[DEAD + 28];
    struct link *server = udp_open("127.0.0.1:0", &udp_plain);
    for (unsigned i = 1; i <= DEAD; i++) {
        struct addr dead = udp_address("127.0.0.1:1");
        dead.in.sin_addr.s_addr = htonl(0x7f000100 + i);
        for (int twice = 0; twice < 2; twice++)
            server->ops->send(server, NULL, &dead, (const uint8_t *)"x", 1, 0, NULL);
    }
    int n = server->ops->events(server, e, DEAD + 28);
    assert_in_range(n, 1, DEAD);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            assert_false(addr_equal(&e[i].peer, &e[k].peer));
    udp_close(server);
}

struct sender {
    struct link *link;
    struct addr to;
    int failed;
};

static void send_many(void *arg)
{
    struct sender *s = arg;
    for (int i = 0; i < 200; i++) {
        uint8_t bytes[300] = {0};
        int e = s->link->ops->send(s->link, NULL, &s->to, bytes, sizeof bytes, 100, NULL);
        s->failed += e < 0 && e != -EAGAIN;
    }
}

/* Sessions send on the listener's socket at once, some to peers that are gone. */
static void test_threads_share_a_socket(void **state)
{
    struct link_batch b;
    struct addr dead = dead_peer("127.0.0.1:0");
    struct link *server = udp_open("127.0.0.1:0", &udp_plain),
                *live = udp_open("127.0.0.1:0", &udp_plain);
    struct sender s[4];
    struct thread t[4] = {{0}};
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    for (int i = 0; i < 4; i++) {
        s[i] = (struct sender){server, i < 2 ? live->bound : dead, 0};
        assert_int_equal(thread_start(&t[i], "sender", THREAD_STACK, send_many, &s[i]), 0);
    }
    for (int i = 0; i < 100; i++) {
        server->ops->recv(server, &b);
        server->ops->events(server, (struct link_event[4]){{0}}, 4);
    }
    for (int i = 0; i < 4; i++)
        thread_join(&t[i]);
    assert_int_equal(s[0].failed + s[1].failed, 0);
    uint64_t got = 0, sent = 2 * 200 * 3 - server->counters.tx_again;
    while (got < sent && udp_receive(live, &b, WAIT_MS) > 0)
        got += b.n;
    assert_true(got >= sent);
    udp_close(live);
    udp_close(server);
    link_batch_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dead_and_live_peer),
        cmocka_unit_test(test_receives_past_dead_peers),
        cmocka_unit_test(test_own_peer_is_gone),
        cmocka_unit_test(test_many_dead_peers),
        cmocka_unit_test(test_threads_share_a_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
