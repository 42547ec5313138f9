/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "unit/net_udp.h"
#include "util/alloc.h"

static void assert_text(const struct link_dgram *d, const char *text)
{
    assert_int_equal(d->len, strlen(text));
    assert_memory_equal(d->data, text, d->len);
}

static void test_there_and_back(void **state)
{
    static const char *const hosts[] = {"127.0.0.1:0", "[::1]:0"};
    for (int i = 0; i < (udp_have_ipv6() ? 2 : 1); i++) {
        struct link_batch b;
        struct link *server = udp_open(hosts[i], &udp_offloaded);
        struct link *client = udp_open_to(server, &udp_plain);
        assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
        assert_int_equal(server->ops->recv(server, &b), 0);
        udp_send_text(client, NULL, &server->bound, "hello");
        assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
        assert_text(&b.at[0], "hello");
        assert_true(addr_equal(&b.at[0].peer, &client->bound));
        assert_true(addr_equal(&b.at[0].local, &server->bound));
        udp_send_text(server, &b.at[0].local, &b.at[0].peer, "welcome");
        assert_int_equal(udp_receive(client, &b, WAIT_MS), 1);
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
    struct link *server = udp_open("127.0.0.1:0", &udp_offloaded);
    struct link *client = udp_open_to(server, &udp_plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    udp_send_text(client, NULL, &server->bound, "");
    assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
    assert_int_equal(b.at[0].len, 0);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

/* On loopback what was sent is there. */
static void test_more_than_a_batch(void **state)
{
    struct link_batch b;
    struct link *server = udp_open("127.0.0.1:0", &udp_plain);
    struct link *client = udp_open_to(server, &udp_plain);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    for (int i = 0; i < SLOTS + 1; i++)
        udp_send_text(client, NULL, &server->bound, "hello");
    assert_int_equal(udp_receive(server, &b, WAIT_MS), SLOTS);
    assert_true(b.more);
    assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
    assert_false(b.more);
    assert_int_equal(server->ops->recv(server, &b), 0);
    assert_false(b.more);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

/* Two addresses of one host: the answer to 127.0.0.2 must come from there, or a connected client
 * never sees it. */
static void test_answers_from_the_asked_address(void **state)
{
    struct link_batch b;
    struct link *server = udp_open("0.0.0.0:0", &udp_plain), *client;
    struct addr asked = udp_address("127.0.0.2:0");
    asked.in.sin_port = server->bound.in.sin_port;
    assert_int_equal(udp_connect(&asked, &udp_plain, &client, NULL), 0);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    udp_send_text(client, NULL, &asked, "hello");
    assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
    assert_true(addr_equal(&b.at[0].local, &asked));
    struct link_dgram d = b.at[0];
    struct addr other = udp_address("127.0.0.1:0");
    udp_send_text(server, &other, &d.peer, "not from there");
    udp_send_text(server, &d.local, &d.peer, "from there");
    assert_int_equal(udp_receive(client, &b, WAIT_MS), 1);
    assert_text(&b.at[0], "from there");
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

static void test_both_families_on_one_port(void **state)
{
    if (!udp_have_ipv6())
        skip();
    struct link *six = udp_open("[::]:0", &udp_plain), *four = NULL;
    struct addr any = udp_address("0.0.0.0:0");
    any.in.sin_port = six->bound.in6.sin6_port;
    assert_int_equal(udp_listen(&any, &udp_plain, &four, NULL), 0);
    struct link *again = NULL;
    assert_int_equal(udp_listen(&any, &udp_plain, &again, NULL), -EADDRINUSE);
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
    struct link *server = udp_open("127.0.0.1:0", to), *client = udp_open_to(server, from);
    size_t done, at = 0, n = 0;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    assert_int_equal(link_batch_init(&b, SLOTS, SLOT), 0);
    int e = client->ops->send(client, NULL, &server->bound, bytes, len, segment, &done);
    assert_int_equal(e, 0);
    assert_int_equal(done, len);
    while (at < len) {
        assert_true(udp_receive(server, &b, WAIT_MS) > 0);
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
    const struct udp_settings *const ways[] = {&udp_offloaded, &udp_plain};
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
    struct link *server = udp_open("127.0.0.1:0", &udp_plain),
                *client = udp_open_to(server, &udp_plain);
    uint8_t large[1001] = {0};
    assert_int_equal(link_batch_init(&b, 2, 1000), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1001, 0, NULL), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1001, 0, NULL), 0);
    assert_int_equal(client->ops->send(client, NULL, NULL, large, 1000, 0, NULL), 0);
    assert_int_equal(udp_receive(server, &b, WAIT_MS), 1);
    assert_int_equal(b.at[0].len, 1000);
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
}

/* More in one joined buffer than the batch has places for must not overrun it. */
static void test_batch_holds_what_fits(void **state)
{
    struct link_batch b;
    struct link *server = udp_open("127.0.0.1:0", &udp_offloaded);
    struct link *client = udp_open_to(server, &udp_offloaded);
    uint8_t bytes[640] = {0};
    assert_int_equal(link_batch_init(&b, 1, 640), 0);
    assert_int_equal(b.cap, 2);
    assert_int_equal(client->ops->send(client, NULL, NULL, bytes, sizeof bytes, 10, NULL), 0);
    assert_in_range(udp_receive(server, &b, WAIT_MS), 1, 2);
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

static void test_grant(void **state)
{
    struct addr a = udp_address("127.0.0.1:0");
    struct udp_settings s = {.buffer_bytes = 65536};
    struct udp_grant grant = {0};
    struct link *l;
    assert_int_equal(udp_listen(&a, &s, &l, &grant), 0);
    assert_int_equal(grant.receive_bytes, 65536);
    assert_int_equal(grant.send_bytes, 65536);
    udp_close(l);
}

static void test_full_socket(void **state)
{
    struct udp_settings small = {.buffer_bytes = 4096, .plain_segments = true};
    struct link *server = udp_open("127.0.0.1:0", &small), *client = udp_open_to(server, &small);
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
    struct link *server = udp_open("127.0.0.1:0", &udp_plain),
                *client = udp_open_to(server, &udp_plain);
    static uint8_t bytes[65508];
    size_t done = 1;
    assert_int_equal(client->ops->send(client, NULL, NULL, bytes, 65508, 0, &done), -EMSGSIZE);
    assert_int_equal(done, 0);
    assert_int_equal(client->counters.tx_errors, 1);
    udp_close(client);
    udp_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_empty_datagram),
        cmocka_unit_test(test_more_than_a_batch),
        cmocka_unit_test(test_answers_from_the_asked_address),
        cmocka_unit_test(test_both_families_on_one_port),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_datagram_larger_than_a_slot),
        cmocka_unit_test(test_batch_holds_what_fits),
        cmocka_unit_test(test_batch_memory),
        cmocka_unit_test(test_grant),
        cmocka_unit_test(test_full_socket),
        cmocka_unit_test(test_too_large_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
