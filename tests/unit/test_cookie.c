/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "unit/net_pair.h"
#include "util/err.h"
#include "util/mono.h"

enum { RECORD_HEADER = 13, HELLO_COOKIE_AT = 13 + 12 + 2 + 32 + 1 };

static const char client[] = "192.0.2.1:1000", stranger[] = "192.0.2.1:1001";
static struct pair p; /* its client makes the hellos */
static struct secure_cookies cookies;
static struct pair_queue answers;
static struct pair_dgram plain, proven; /* the hello without, and with the cookie of client */
static uint8_t prestate[SECURE_PRESTATE_BYTES];

static int check(const char *who, size_t len, const uint8_t *dgram, uint64_t now_ns)
{
    answers.head = answers.tail = 0;
    return secure_cookie_check(&cookies, now_ns, who, strlen(who), dgram, len, prestate, pair_out,
                               &answers);
}

static int setup(void **state)
{
    if (pair_init(&p) < 0 || secure_cookies_init(&cookies, 0) < 0)
        return -1;
    secure_handshake(p.end[PAIR_CLIENT]);
    plain = *pair_take(&p, PAIR_SERVER);
    assert_int_equal(check(client, plain.len, plain.bytes, 0), 0);
    secure_feed(p.end[PAIR_CLIENT], answers.at[0].bytes, answers.at[0].len);
    secure_handshake(p.end[PAIR_CLIENT]);
    proven = *pair_take(&p, PAIR_SERVER);
    return 0;
}

static int teardown(void **state)
{
    pair_fini(&p);
    return 0;
}

static void test_right_cookie(void **state)
{
    assert_int_equal(check(client, proven.len, proven.bytes, 0), 1);
    assert_int_equal(answers.tail, 0);
    assert_int_equal(check(client, proven.len, proven.bytes, 0), 1); /* stateless: again */
}

static void test_answer_is_small(void **state)
{
    assert_int_equal(check(client, plain.len, plain.bytes, 0), 0);
    assert_int_equal(answers.tail, 1);
    assert_true(answers.at[0].len <= plain.len);
    assert_int_equal(secure_peek(answers.at[0].bytes, answers.at[0].len), SECURE_EPOCH0);
}

static void test_wrong_address(void **state)
{
    assert_int_equal(check(stranger, proven.len, proven.bytes, 0), 0);
    assert_int_equal(answers.tail, 1);
    assert_int_equal(check("", proven.len, proven.bytes, 0), 0);
}

static void test_tampered_cookie(void **state)
{
    size_t cookie_len = proven.bytes[HELLO_COOKIE_AT];
    assert_true(cookie_len >= 16);
    for (size_t i = 0; i < cookie_len; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct pair_dgram d = proven;
            d.bytes[HELLO_COOKIE_AT + 1 + i] ^= (uint8_t)(1 << bit);
            assert_int_equal(check(client, d.len, d.bytes, 0), 0);
        }
}

static void test_secrets_age(void **state)
{
    static const struct {
        uint64_t first_s, then_s; /* two looks; 0: no first one */
        int expected;
    } cases[] = {
        {0, 59, 1},   {0, 60, 1},   {0, 119, 1},   {0, 120, 0},   {0, 100000, 0},
        {60, 119, 1}, {60, 120, 0}, {119, 178, 1}, {119, 179, 0},
    };
    struct secure_cookies first = cookies;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cookies = first;
        print_message("# %zu\n", i);
        if (cases[i].first_s)
            check(stranger, plain.len, plain.bytes, cases[i].first_s * NS_PER_S);
        int e = check(client, proven.len, proven.bytes, cases[i].then_s * NS_PER_S);
        assert_int_equal(e, cases[i].expected);
    }
}

static void test_another_servers_cookie(void **state)
{
    assert_int_equal(secure_cookies_init(&cookies, 0), 0);
    assert_int_equal(check(client, proven.len, proven.bytes, 0), 0);
}

/* Whatever comes, an answer is no larger than the question, and only a whole hello gets one. */
static void test_truncated_hellos(void **state)
{
    const struct pair_dgram *const hellos[] = {&plain, &proven};
    for (int k = 0; k < 2; k++)
        for (size_t len = 0; len < hellos[k]->len; len++) {
            assert_int_equal(check(client, len, hellos[k]->bytes, 0), ERR_FORMAT);
            assert_int_equal(answers.tail, 0);
        }
}

/* The same with lengths set right at each layer, so that the hello seems whole. */
static void test_short_hellos(void **state)
{
    for (size_t body = 0; body <= 200; body++) {
        uint8_t d[13 + 12 + 200] = {22, 0xfe, 0xff};
        size_t len = 13 + 12 + body;
        d[12] = (uint8_t)(12 + body);
        d[13] = 1;
        d[16] = d[24] = (uint8_t)body;
        if (body >= 2)
            memcpy(d + 25, (uint8_t[]){0xfe, 0xfd}, 2);
        int e = check(client, len, d, 0);
        assert_true(e <= 0);
        assert_int_equal(answers.tail, e == 0);
        if (e == 0)
            assert_true(answers.at[0].len <= len);
        assert_true(body >= 34 || e < 0);
    }
}

static void test_odd_hellos(void **state)
{
    struct pair_dgram d = plain;
    d.bytes[4] = 1; /* epoch 1 */
    assert_int_equal(check(client, d.len, d.bytes, 0), ERR_FORMAT);
    d = plain;
    d.bytes[13] = 2; /* a server's hello */
    assert_int_equal(check(client, d.len, d.bytes, 0), ERR_FORMAT);
    d = plain;
    d.bytes[21] = 1; /* a later fragment */
    assert_int_equal(check(client, d.len, d.bytes, 0), ERR_FORMAT);
    d = plain;
    d.bytes[0] = 23;
    assert_int_equal(check(client, d.len, d.bytes, 0), ERR_FORMAT);
    assert_int_equal(check(client, 7, (const uint8_t *)"CONNECT", 0), ERR_FORMAT);
    assert_int_equal(answers.tail, 0);
    d = plain; /* bytes behind the hello do not matter */
    memset(d.bytes + d.len, 0x17, 100);
    assert_int_equal(check(client, d.len + 100, d.bytes, 0), 0);
}

static void test_cookie_lengths_that_lie(void **state)
{
    for (int lie = 0; lie < 256; lie++) {
        struct pair_dgram d = proven;
        if (lie == d.bytes[HELLO_COOKIE_AT])
            continue;
        d.bytes[HELLO_COOKIE_AT] = (uint8_t)lie;
        int e = check(client, d.len, d.bytes, 0);
        assert_true(e <= 0);
        d = proven;
        d.bytes[HELLO_COOKIE_AT - 1] = (uint8_t)lie; /* the session id's length */
        e = check(client, d.len, d.bytes, 0);
        assert_true(lie == 0 ? e == 1 : e <= 0);
    }
}

static void test_full_link(void **state)
{
    answers.full = true;
    assert_int_equal(check(client, plain.len, plain.bytes, 0), -EAGAIN);
    answers.full = false;
}

#define WITH_HELLOS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_HELLOS(test_right_cookie),     WITH_HELLOS(test_answer_is_small),
        WITH_HELLOS(test_wrong_address),    WITH_HELLOS(test_tampered_cookie),
        WITH_HELLOS(test_secrets_age),      WITH_HELLOS(test_another_servers_cookie),
        WITH_HELLOS(test_truncated_hellos), WITH_HELLOS(test_short_hellos),
        WITH_HELLOS(test_odd_hellos),       WITH_HELLOS(test_cookie_lengths_that_lie),
        WITH_HELLOS(test_full_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
