/* SPDX-License-Identifier: MIT */
/* The handshake: whatever is lost, repeated or forged on the way, it ends as it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "unit/secure_rig.h"
#include "util/mono.h"

static void test_handshake_shows_both_keys(void **state)
{
    assert_string_equal(secure_peer(p.end[0]), "");
    assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
    assert_string_equal(secure_peer(p.end[PAIR_CLIENT]), keys_fingerprint(p.keys[PAIR_SERVER]));
    assert_string_equal(secure_peer(p.end[PAIR_SERVER]), keys_fingerprint(p.keys[PAIR_CLIENT]));
    assert_string_not_equal(secure_peer(p.end[0]), secure_peer(p.end[1]));
    assert_int_equal(secure_timeout_ms(p.end[PAIR_CLIENT]), UINT_MAX);
    assert_alive();
}

/* How many datagrams each end sends in a handshake where nothing is lost. */
static void count_flights(unsigned sent[2])
{
    struct pair clean;
    assert_int_equal(pair_init(&clean), 0);
    assert_int_equal(pair_handshake(&clean, HANDSHAKE_MS), 0);
    sent[PAIR_CLIENT] = clean.to[PAIR_SERVER].total;
    sent[PAIR_SERVER] = clean.to[PAIR_CLIENT].total;
    pair_fini(&clean);
}

static void test_any_datagram_lost(void **state)
{
    unsigned sent[2];
    count_flights(sent);
    assert_true(sent[PAIR_CLIENT] >= 3 && sent[PAIR_SERVER] >= 3);
    for (int from = 0; from < 2; from++)
        for (unsigned n = 0; n < sent[from]; n++) {
            print_message("# datagram %u from end %d lost\n", n, from);
            assert_int_equal(pair_init(&p), 0);
            p.to[!from].lose = UINT64_C(1) << n;
            assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
            while (pair_take(&p, 0) || pair_take(&p, 1))
                ;
            assert_alive();
            pair_fini(&p);
        }
}

/* A whole flight: everything an end sends from its n-th datagram until the other end repeats. */
static void test_any_flight_lost(void **state)
{
    static const struct {
        int from;
        uint64_t lose;
    } cases[] = {
        {PAIR_CLIENT, 0x1},
        {PAIR_CLIENT, 0x2},
        {PAIR_SERVER, 0x1},
        {PAIR_SERVER, 0x2},
    };
    unsigned sent[2];
    count_flights(sent);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pair_init(&p), 0);
        p.to[!cases[i].from].lose = cases[i].lose;
        assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
        pair_fini(&p);
    }
    for (int from = 0; from < 2; from++) { /* the last flight of each */
        assert_int_equal(pair_init(&p), 0);
        p.to[!from].lose = ((UINT64_C(1) << sent[from]) - 1) & ~UINT64_C(3);
        assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
        pair_fini(&p);
    }
}

static void test_nothing_is_taken_at_first(void **state)
{
    p.to[PAIR_SERVER].full = true;
    assert_int_equal(secure_handshake(p.end[PAIR_CLIENT]), -EAGAIN);
    assert_null(pair_take(&p, PAIR_SERVER));
    p.to[PAIR_SERVER].full = false;
    assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
}

/* A client that hears nothing repeats its hello, at longer and longer intervals, and gives up. */
static void test_dead_silence_ends_a_handshake(void **state)
{
    struct secure *c = p.end[PAIR_CLIENT];
    uint8_t buf[8];
    uint64_t began_ns = mono_ns(), took_ns = 0;
    int e;
    p.to[PAIR_SERVER].full = true;
    while ((e = secure_handshake(c)) == -EAGAIN && took_ns < HANDSHAKE_MS * NS_PER_MS) {
        assert_true(secure_timeout_ms(c) <= 5000);
        assert_int_equal(secure_recv(c, buf, sizeof buf), -EAGAIN);
        assert_int_equal(secure_send(c, buf, 1), -EAGAIN);
        poll(NULL, 0, (int)secure_timeout_ms(c) + 1);
        took_ns = mono_ns() - began_ns;
    }
    assert_int_equal(e, -ETIMEDOUT);
    assert_true(took_ns >= 3 * NS_PER_S);
    assert_in_range(p.to[PAIR_SERVER].total, 3, 30);
    assert_int_equal(secure_handshake(c), -ETIMEDOUT);
    assert_int_equal(secure_recv(c, buf, sizeof buf), -ETIMEDOUT);
    assert_string_not_equal(secure_error_text(c), "");
    assert_int_equal(secure_timeout_ms(c), UINT_MAX);
}

/* Moves the handshake to where the server has answered the hello with the cookie. */
static void reach_server_hello(uint8_t *hello, size_t *len)
{
    struct pair_dgram *d;
    assert_int_equal(secure_handshake(p.end[PAIR_CLIENT]), -EAGAIN);
    for (int i = 0; i < 2; i++) {
        d = pair_take(&p, PAIR_SERVER);
        assert_non_null(d);
        memcpy(hello, d->bytes, d->len);
        *len = d->len;
        pair_give(&p, PAIR_SERVER, d->bytes, d->len);
        if (i == 0) {
            d = pair_take(&p, PAIR_CLIENT);
            assert_int_equal(pair_give(&p, PAIR_CLIENT, d->bytes, d->len), -EAGAIN);
        }
    }
    assert_non_null(p.end[PAIR_SERVER]);
}

/* The client's repeated hello goes to the handshake that it began, and must not end it. */
static void test_repeated_hello(void **state)
{
    uint8_t hello[PAIR_DGRAM];
    size_t len;
    reach_server_hello(hello, &len);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pair_give(&p, PAIR_SERVER, hello, len), -EAGAIN);
    assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
    assert_alive();
    assert_int_equal(give(PAIR_SERVER, hello, len, hello, sizeof hello), -EAGAIN);
    assert_alive();
}

/* The hello without and the one with a cookie carry one random, another client's differs. */
static void test_hello_random(void **state)
{
    struct pair other;
    uint8_t first[32], second[32];
    struct pair_dgram *d;
    assert_int_equal(secure_handshake(p.end[PAIR_CLIENT]), -EAGAIN);
    d = pair_take(&p, PAIR_SERVER);
    assert_int_equal(secure_peek(d->bytes, d->len), SECURE_HELLO);
    assert_non_null(secure_hello_random(d->bytes, d->len));
    memcpy(first, secure_hello_random(d->bytes, d->len), 32);
    pair_give(&p, PAIR_SERVER, d->bytes, d->len);
    d = pair_take(&p, PAIR_CLIENT);
    pair_give(&p, PAIR_CLIENT, d->bytes, d->len);
    d = pair_take(&p, PAIR_SERVER);
    memcpy(second, secure_hello_random(d->bytes, d->len), 32);
    assert_memory_equal(first, second, 32);

    assert_int_equal(pair_init(&other), 0);
    assert_int_equal(secure_handshake(other.end[PAIR_CLIENT]), -EAGAIN);
    d = pair_take(&other, PAIR_SERVER);
    assert_memory_not_equal(first, secure_hello_random(d->bytes, d->len), 32);
    pair_fini(&other);
}

/* Nothing vouches for an alert in epoch 0: no stranger ends a handshake with one. */
static void test_forged_alert_in_a_handshake(void **state)
{
    static const uint8_t alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    uint8_t hello[PAIR_DGRAM];
    size_t len;
    reach_server_hello(hello, &len);
    for (int end = 0; end < 2; end++) {
        assert_int_equal(pair_give(&p, end, alert, sizeof alert), -EAGAIN);
        assert_true(secure_dropped(p.end[end]) > 0);
    }
    assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
    assert_alive();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_handshake_shows_both_keys),
        cmocka_unit_test(test_any_datagram_lost),
        cmocka_unit_test(test_any_flight_lost),
        FRESH(test_nothing_is_taken_at_first),
        FRESH(test_dead_silence_ends_a_handshake),
        FRESH(test_repeated_hello),
        FRESH(test_hello_random),
        FRESH(test_forged_alert_in_a_handshake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
