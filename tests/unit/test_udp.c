/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <net/if.h>
#include <unistd.h>

#include "net/udp.h"
#include "util/alloc.h"
#include "util/mono.h"
#include "util/thread.h"

enum { WAIT_MS = 10000, SLOTS = 8, SLOT = 65536 };

static const struct udp_settings offloaded = {.gro = true};
static const struct udp_settings plain = {.plain_segments = true};

static struct addr address(const char *text)
{
    struct addr a;
    assert_int_equal(addr_resolve(text, 0, &a, NULL), 0);
    return a;
}

static struct link *listen_on(const char *text, const struct udp_settings *s)
{
    struct addr a = address(text);
    struct link *l = NULL;
    assert_int_equal(udp_listen(&a, s, &l, NULL), 0);
    return l;
}

static struct link *connect_to(const struct link *l, const struct udp_settings *s)
{
    struct link *c = NULL;
    assert_int_equal(udp_connect(&l->bound, s, &c, NULL), 0);
    return c;
}

/* Waits until a datagram is there; the number received, 0 after the deadline. */
static int receive(struct link *l, struct link_batch *b, int wait_ms)
{
    uint64_t end_ns = mono_ns() + (uint64_t)wait_ms * NS_PER_MS;
    for (;;) {
        int n = l->ops->recv(l, b);
        uint64_t now_ns = mono_ns();
        if (n != 0 || now_ns >= end_ns)
            return n;
        struct pollfd fd = {l->fd, POLLIN, 0};
        poll(&fd, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1);
    }
}

static void send_text(struct link *l, const struct addr *local, const struct addr *peer,
                      const char *text)
{
    size_t done, len = strlen(text);
    assert_int_equal(l->ops->send(l, local, peer, (const uint8_t *)text, len, 0, &done), 0);
    assert_int_equal(done, len);
}

static void assert_text(const struct link_dgram *d, const char *text)
{
    assert_int_equal(d->len, strlen(text));
    assert_memory_equal(d->data, text, d->len);
}

static bool have_ipv6(void)
{
    struct addr a = address("[::1]:0");
    struct link *l;
    if (udp_listen(&a, &plain, &l, NULL) < 0)
        return false;
    udp_close(l);
    return true;
}

static void test_there_and_back(void **state)
{
    static const char *const hosts[] = {"127.0.0.1:0", "[::1]:0"};
    for (int i = 0; i < (have_ipv6() ? 2 : 1); i++) {
        struct link_batch b;
        struct link *server = listen_on(hosts[i], &offloaded);
        struct link *client = connect_to(server, &plain);
        assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
        assert_int_equal(server->ops->recv(server, &b), 0);
        send_text(client, NULL, &server->bound, "hello");
        assert_int_equal(receive(server, &b, WAIT_MS), 1);
        assert_text(&b.at[0], "hello");
        assert_true(addr_equal(&b.at[0].peer, &client->bound));
        assert_true(addr_equal(&b.at[0].local, &server->bound));
        send_text(server, &b.at[0].local, &b.at[0].peer, "welcome");
        assert_int_equal(receive(client, &b, WAIT_MS), 1);
        assert_text(&b.at[0], "welcome");
        assert_int_equal(server->counters.rx_packets, 1);
        assert_int_equal(server->counters.rx_bytes, 5);
        assert_int_equal(server->counters.tx_packets, 1);
        assert_int_equal(server->counters.tx_bytes, 7);
        udp_close(client);
        server->ops->close(server);
        link_batch_fini(&b);
    }
}

static void test_empty_datagram(void **state)
{
    struct link_batch b;
    struct link *server = listen_on("127.0.0.1:0", &offloaded);
    struct link *client = connect_to(server, &plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    send_text(client, NULL, &server->bound, "");
    assert_int_equal(receive(server, &b, WAIT_MS), 1);
    assert_int_equal(b.at[0].len, 0);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

/* Two addresses of one host: the answer to 127.0.0.2 must come from there, or a connected client
 * never sees it. */
static void test_answers_from_the_asked_address(void **state)
{
    struct link_batch b;
    struct link *server = listen_on("0.0.0.0:0", &plain), *client;
    struct addr asked = address("127.0.0.2:0");
    asked.in.sin_port = server->bound.in.sin_port;
    assert_int_equal(udp_connect(&asked, &plain, &client, NULL), 0);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    send_text(client, NULL, &asked, "hello");
    assert_int_equal(receive(server, &b, WAIT_MS), 1);
    assert_true(addr_equal(&b.at[0].local, &asked));
    struct link_dgram d = b.at[0];
    struct addr other = address("127.0.0.1:0");
    send_text(server, &other, &d.peer, "not from there");
    send_text(server, &d.local, &d.peer, "from there");
    assert_int_equal(receive(client, &b, WAIT_MS), 1);
    assert_text(&b.at[0], "from there");
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_both_families_on_one_port(void **state)
{
    if (!have_ipv6())
        skip();
    struct link *six = listen_on("[::]:0", &plain), *four = NULL;
    struct addr any = address("0.0.0.0:0");
    any.in.sin_port = six->bound.in6.sin6_port;
    assert_int_equal(udp_listen(&any, &plain, &four, NULL), 0);
    struct link *again = NULL;
    assert_int_equal(udp_listen(&any, &plain, &again, NULL), -EADDRINUSE);
    udp_close(four);
    udp_close(six);
}

/* What is sent as one train of segments arrives as datagrams of that size, whichever way out it
 * took and whether or not the receiver gets them joined. */
static void check_train(const struct udp_settings *from, const struct udp_settings *to, size_t len,
                        size_t segment)
{
    static uint8_t bytes[200000], got[200000];
    struct link_batch b;
    struct link *server = listen_on("127.0.0.1:0", to), *client = connect_to(server, from);
    size_t done, at = 0, n = 0;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    int e = client->ops->send(client, NULL, &server->bound, bytes, len, segment, &done);
    assert_int_equal(e, 0);
    assert_int_equal(done, len);
    while (at < len) {
        assert_true(receive(server, &b, WAIT_MS) > 0);
        for (size_t i = 0; i < b.n; i++, n++) {
            size_t expected = len - at < segment ? len - at : segment;
            assert_int_equal(b.at[i].len, expected);
            memcpy(got + at, b.at[i].data, expected);
            at += expected;
            assert_true(addr_equal(&b.at[i].peer, &client->bound));
        }
    }
    assert_memory_equal(got, bytes, len);
    assert_int_equal(n, (len + segment - 1) / segment);
    assert_int_equal(client->counters.tx_packets, n);
    assert_int_equal(server->counters.rx_packets, n);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_segments(void **state)
{
    static const struct {
        size_t len, segment;
    } cases[] = {
        {1, 1200},       {1200, 1200},   {1201, 1200},       {2400, 1200},      {16 * 1200, 1200},
        {64 * 10, 10},   {65 * 10, 10},  {130 * 10 + 3, 10}, {70000, 1200},     {65507, 65507},
        {130000, 65000}, {100000, 1000}, {64 * 1023, 1023},  {64 * 1024, 1024},
    };
    const struct udp_settings *const ways[] = {&offloaded, &plain};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int from = 0; from < 2; from++)
            for (int to = 0; to < 2; to++) {
                print_message("# %zu bytes by %zu\n", cases[i].len, cases[i].segment);
                check_train(ways[from], ways[to], cases[i].len, cases[i].segment);
            }
}

/* A slot too small for what was joined, or for one datagram: it is left out, the rest is not. */
static void test_datagram_larger_than_a_slot(void **state)
{
    struct link_batch b;
    struct link *server = listen_on("127.0.0.1:0", &plain), *client = connect_to(server, &plain);
    uint8_t large[1001] = {0};
    assert_int_equal(link_batch_init(&b, 2, 1000), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1001, 0, NULL), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1001, 0, NULL), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1000, 0, NULL), 0);
    assert_int_equal(receive(server, &b, WAIT_MS), 1);
    assert_int_equal(b.at[0].len, 1000);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

/* More in one joined buffer than the batch has places for must not overrun it. */
static void test_batch_holds_what_fits(void **state)
{
    struct link_batch b;
    struct link *server = listen_on("127.0.0.1:0", &offloaded);
    struct link *client = connect_to(server, &offloaded);
    uint8_t bytes[640] = {0};
    assert_int_equal(link_batch_init(&b, 1, 640), 0);
    assert_int_equal(b.cap, 2);
    assert_int_equal(client->ops->send(client, NULL, NULL, bytes, sizeof bytes, 10, NULL), 0);
    assert_in_range(receive(server, &b, WAIT_MS), 1, 2);
    assert_in_range(b.n, 1, 2);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_batch_memory(void **state)
{
    struct link_batch b;
    assert_int_equal(link_batch_init(&b, 0, 100), -EINVAL);
    assert_int_equal(link_batch_init(&b, 1, 0), -EINVAL);
    assert_int_equal(link_batch_init(&b, 2, 65536), 0);
    assert_int_equal(b.cap, 2 * 64);
    link_batch_fini(&b);
    for (unsigned n = 1; n <= 2; n++) {
        mem_fail_at(n);
        assert_int_equal(link_batch_init(&b, 2, 100), -ENOMEM);
        mem_fail_at(0);
    }
}

/* An address where nobody listens any more. */
static struct addr dead_peer(const char *host)
{
    struct link *l = listen_on(host, &plain);
    struct addr a = l->bound;
    udp_close(l);
    return a;
}

static bool next_event(struct link *l, const struct addr *peer)
{
    uint64_t end_ns = mono_ns() + WAIT_MS * NS_PER_MS;
    while (mono_ns() < end_ns) {
        struct link_event e[4];
        int n = l->ops->events(l, e, 4);
        for (int i = 0; i < n; i++)
            if (addr_equal(&e[i].peer, peer))
                return true;
        struct pollfd fd = {l->fd, 0, 0};
        poll(&fd, 1, 20);
    }
    return false;
}

/* The kernel reports a dead peer to whoever uses the socket next: each send to the living one must
 * arrive all the same. */
static void check_dead_and_live(const char *host, size_t len, size_t segment)
{
    enum { ROUNDS = 200 };
    static uint8_t bytes[4000];
    struct link_batch b;
    struct addr dead = dead_peer(host);
    struct link *server = listen_on(host, &plain), *live = listen_on(host, &plain);
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
    while (got < expected && receive(live, &b, WAIT_MS) > 0)
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
    if (have_ipv6())
        check_dead_and_live("[::1]:0", 100, 100);
}

/* Receiving is not disturbed either, and a wait that the error queue ended does not spin. */
static void test_receives_past_dead_peers(void **state)
{
    struct link_batch b;
    struct addr dead = dead_peer("127.0.0.1:0");
    struct link *server = listen_on("127.0.0.1:0", &plain), *live = connect_to(server, &plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    for (int i = 0; i < 20; i++) {
        server->ops->send(server, NULL, &dead, (const uint8_t *)"x", 1, 0, NULL);
        send_text(live, NULL, &server->bound, "hello");
        assert_int_equal(receive(server, &b, WAIT_MS), 1);
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
    struct link *server = listen_on("127.0.0.1:0", &plain), *client = connect_to(server, &plain);
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
    struct link *server = listen_on("127.0.0.1:0", &plain);
    for (unsigned i = 1; i <= DEAD; i++) {
        struct addr dead = address("127.0.0.1:1");
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
    struct link *server = listen_on("127.0.0.1:0", &plain),
                *live = listen_on("127.0.0.1:0", &plain);
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
    while (got < sent && receive(live, &b, WAIT_MS) > 0)
        got += b.n;
    assert_true(got >= sent);
    udp_close(live);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_grant(void **state)
{
    struct addr a = address("127.0.0.1:0");
    struct udp_settings s = {.buffer_bytes = 65536};
    struct udp_grant grant = {0};
    struct link *l;
    assert_int_equal(udp_listen(&a, &s, &l, &grant), 0);
    assert_int_equal(grant.receive_bytes, 65536);
    assert_int_equal(grant.send_bytes, 65536);
    udp_close(l);
}

static void check_discovery(const char *host, int level, int option, bool df, int expected)
{
    struct udp_settings s = {.df = df};
    struct link *l = listen_on(host, &s);
    int value = -1;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(l->fd, level, option, &value, &len), 0);
    assert_int_equal(value, expected);
    udp_close(l);
}

/* A router between must be free to cut large datagrams, unless asked otherwise. */
static void test_fragments_are_allowed(void **state)
{
    check_discovery("127.0.0.1:0", IPPROTO_IP, IP_MTU_DISCOVER, false, IP_PMTUDISC_DONT);
    check_discovery("127.0.0.1:0", IPPROTO_IP, IP_MTU_DISCOVER, true, IP_PMTUDISC_DO);
    if (!have_ipv6())
        return;
    check_discovery("[::1]:0", IPPROTO_IPV6, IPV6_MTU_DISCOVER, false, IPV6_PMTUDISC_DONT);
    check_discovery("[::1]:0", IPPROTO_IPV6, IPV6_MTU_DISCOVER, true, IPV6_PMTUDISC_DO);
}

static void test_full_socket(void **state)
{
    struct udp_settings small = {.buffer_bytes = 4096, .plain_segments = true};
    struct link *server = listen_on("127.0.0.1:0", &small), *client = connect_to(server, &small);
    static uint8_t bytes[65507];
    size_t done = 1;
    /* a datagram larger than the buffer of the sender never fits */
    int e = client->ops->send(client, NULL, NULL, bytes, sizeof bytes, 0, &done);
    assert_true(e == -EAGAIN || e == -EMSGSIZE || e == 0);
    assert_int_equal(done, e == 0 ? sizeof bytes : 0);
    assert_int_equal(client->counters.tx_again, e == -EAGAIN);
    udp_close(client);
    udp_close(server);
}

static void test_too_large_is_an_error(void **state)
{
    struct link *server = listen_on("127.0.0.1:0", &plain), *client = connect_to(server, &plain);
    static uint8_t bytes[65508];
    size_t done = 1;
    assert_int_equal(client->ops->send(client, NULL, NULL, bytes, 65508, 0, &done), -EMSGSIZE);
    assert_int_equal(done, 0);
    assert_int_equal(client->counters.tx_errors, 1);
    udp_close(client);
    udp_close(server);
}

/* Sends len bytes by segment through an interface that takes 1500 at once; what came of it. */
static int through_small_mtu(const struct udp_settings *s, size_t len, size_t segment)
{
    static uint8_t bytes[65507];
    struct ifreq lo = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    lo.ifr_mtu = 1500;
    if (fd < 0 || ioctl(fd, SIOCSIFMTU, &lo) < 0)
        return 77;
    lo.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
        return 77;
    close(fd);
    struct addr any = {.in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    struct link *server, *client;
    struct link_batch b;
    if (udp_listen(&any, s, &server, NULL) < 0 || link_batch_init(&b, SLOTS, SLOT) < 0 ||
        udp_connect(&server->bound, s, &client, NULL) < 0)
        return 1;
    if (client->ops->send(client, NULL, NULL, bytes, len, segment, NULL) < 0)
        return 2;
    size_t got = 0;
    while (got < len && receive(server, &b, WAIT_MS) > 0)
        for (size_t i = 0; i < b.n; i++)
            got += b.at[i].len == segment || b.at[i].len == len % segment ? b.at[i].len : SLOT;
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
    return got == len ? 0 : 3;
}

/* In a network of its own, so that nobody else's lo changes. */
static int in_namespace(const struct udp_settings *s, size_t len, size_t segment)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
            _exit(77);
        _exit(through_small_mtu(s, len, segment));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A legacy picture is one datagram of up to 65000 bytes: it has to be cut on the way. */
static void test_real_network_mtu(void **state)
{
    static const struct udp_settings df = {.df = true}, segments = {.df = false};
    int e = in_namespace(&plain, 65000, 65000);
    if (e == 77)
        skip();
    assert_int_equal(e, 0);
    assert_int_equal(in_namespace(&df, 65000, 65000), 2);
    assert_int_equal(in_namespace(&df, 1472, 1472), 0);
    assert_int_equal(in_namespace(&df, 1473, 1473), 2);
    assert_int_equal(in_namespace(&segments, 19200, 1200), 0);
    /* segments that the path does not take whole go out the other way */
    assert_int_equal(in_namespace(&segments, 20000, 4000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_empty_datagram),
        cmocka_unit_test(test_answers_from_the_asked_address),
        cmocka_unit_test(test_both_families_on_one_port),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_datagram_larger_than_a_slot),
        cmocka_unit_test(test_batch_holds_what_fits),
        cmocka_unit_test(test_batch_memory),
        cmocka_unit_test(test_dead_and_live_peer),
        cmocka_unit_test(test_receives_past_dead_peers),
        cmocka_unit_test(test_own_peer_is_gone),
        cmocka_unit_test(test_many_dead_peers),
        cmocka_unit_test(test_threads_share_a_socket),
        cmocka_unit_test(test_grant),
        cmocka_unit_test(test_fragments_are_allowed),
        cmocka_unit_test(test_full_socket),
        cmocka_unit_test(test_too_large_is_an_error),
        cmocka_unit_test(test_real_network_mtu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
