/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "net/addr.h"
#include "util/err.h"

#define N(a) (sizeof(a) / sizeof *(a))

static struct addr address(const char *text)
{
    struct addr a;
    assert_int_equal(addr_resolve(text, 0, &a, NULL), 0);
    return a;
}

static void test_text(void **state)
{
    static const struct {
        const char *text, *expected;
        uint16_t port;
    } cases[] = {
        {"127.0.0.1:9999", "127.0.0.1:9999", 9999},
        {"127.0.0.1", "127.0.0.1:77", 77},
        {"255.255.255.255:65535", "255.255.255.255:65535", 65535},
        {"0.0.0.0:0", "0.0.0.0:0", 0},
        {"::1", "[::1]:77", 77},
        {"[::1]", "[::1]:77", 77},
        {"[::1]:5", "[::1]:5", 5},
        {"[2001:DB8::0:1]:5", "[2001:db8::1]:5", 5},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct addr a;
        char text[ADDR_TEXT];
        assert_int_equal(addr_resolve(cases[i].text, 77, &a, NULL), 0);
        assert_string_equal(addr_text(&a, text), cases[i].expected);
        assert_int_equal(addr_port(&a), cases[i].port);
    }
}

static void test_text_of_odd_ones(void **state)
{
    char text[ADDR_TEXT];
    struct addr none, longest = {.in6 = {.sin6_family = AF_INET6}};
    memset(&none, 0, sizeof none);
    assert_string_equal(addr_text(&none, text), "-");
    assert_int_equal(addr_len(&none), 0);
    assert_int_equal(addr_port(&none), 0);
    memset(&longest.in6.sin6_addr, 0xab, 16);
    longest.in6.sin6_port = 0xffff;
    longest.in6.sin6_scope_id = UINT32_MAX;
    assert_string_equal(addr_text(&longest, text),
                        "[abab:abab:abab:abab:abab:abab:abab:abab%4294967295]:65535");
}

static void test_bad_text(void **state)
{
    static const char *const cases[] = {
        "", ":", "host:", "[::1", "::1]", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x", "a b"};
    for (size_t i = 0; i < N(cases); i++) {
        struct addr a;
        const char *error = NULL;
        print_message("# '%s'\n", cases[i]);
        assert_int_equal(addr_resolve(cases[i], 77, &a, &error), ERR_FORMAT);
        assert_non_null(error);
    }
}

static void test_unknown_host(void **state)
{
    struct addr a[2];
    const char *error = NULL;
    assert_int_equal(addr_resolve_all("256.0.0.1.invalid", 1, a, 2, &error), ERR_UNKNOWN);
    assert_non_null(error);
    assert_int_equal(addr_resolve_all("127.0.0.1", 1, a, 2, &error), 1);
    assert_int_equal(addr_resolve_all("127.0.0.1", 1, a, 0, NULL), ERR_UNKNOWN);
}

static void test_equality(void **state)
{
    static const struct {
        const char *a, *b;
        bool host, both;
    } cases[] = {
        {"127.0.0.1:1", "127.0.0.1:1", true, true},
        {"127.0.0.1:1", "127.0.0.1:2", true, false},
        {"127.0.0.1:1", "127.0.0.2:1", false, false},
        {"127.0.0.1:1", "[::ffff:127.0.0.1]:1", false, false},
        {"[::1]:1", "[::1]:1", true, true},
        {"[::1]:1", "[::1]:256", true, false},
        {"[::1]:1", "[::2]:1", false, false},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct addr a = address(cases[i].a), b = address(cases[i].b);
        assert_int_equal(addr_same_host(&a, &b), cases[i].host);
        assert_int_equal(addr_equal(&a, &b), cases[i].both);
        assert_int_equal(addr_hash(&a, 5) == addr_hash(&b, 5), cases[i].both);
    }
    struct addr one = address("[fe80::1]:1"), two = one;
    two.in6.sin6_scope_id = 2;
    assert_false(addr_equal(&one, &two));
}

/* Neighbours' ports and hosts must spread over a table's low bits, and seeds must matter. */
static void test_hash_spreads(void **state)
{
    unsigned used = 0, seen[256] = {0};
    for (unsigned i = 0; i < 256; i++) {
        struct addr a = address("10.0.0.1:5000");
        a.in.sin_port = htons((uint16_t)(5000 + i / 16));
        a.in.sin_addr.s_addr = htonl(0x0a000001 + i % 16);
        used += seen[addr_hash(&a, 1) % 256]++ == 0;
    }
    assert_true(used > 128); /* chance alone gives 162 */
    struct addr a = address("10.0.0.1:5000");
    assert_int_not_equal(addr_hash(&a, 1), addr_hash(&a, 2));
}

static void test_loopback(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"127.0.0.1", true},
        {"127.255.255.255", true},
        {"126.255.255.255", false},
        {"128.0.0.0", false},
        {"::1", true},
        {"::2", false},
        {"::ffff:127.0.0.1", true},
        {"::ffff:10.0.0.1", false},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct addr a = address(cases[i].text);
        assert_int_equal(addr_is_loopback(&a), cases[i].is);
    }
}

static void test_networks(void **state)
{
    static const struct {
        const char *net, *addr;
        bool has;
    } cases[] = {
        {"127.0.0.0/8", "127.255.255.255", true},
        {"127.0.0.0/8", "126.255.255.255", false},
        {"127.0.0.0/8", "128.0.0.0", false},
        {"10.1.2.3", "10.1.2.3", true},
        {"10.1.2.3", "10.1.2.2", false},
        {"10.1.2.3/32", "10.1.2.3", true},
        {"10.1.2.3/31", "10.1.2.2", true},
        {"10.1.2.3/31", "10.1.2.4", false},
        {"10.1.2.3/9", "10.127.0.0", true},
        {"10.1.2.3/9", "10.128.0.0", false},
        {"0.0.0.0/0", "255.1.1.1", true},
        {"0.0.0.0/0", "::1", false},
        {"0.0.0.0/0", "::ffff:1.2.3.4", true},
        {"10.0.0.0/8", "::ffff:10.9.9.9", true},
        {"10.0.0.0/8", "::ffff:11.9.9.9", false},
        {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fc00::1", false},
        {"fd00::/7", "fc00::1", true},
        {"::1", "::1", true},
        {"::1/128", "::2", false},
        {"::1/127", "::", true},
        {"::/0", "1.2.3.4", false},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct addr_net net;
        struct addr a = address(cases[i].addr);
        print_message("# %s in %s\n", cases[i].addr, cases[i].net);
        assert_int_equal(addr_net_parse(cases[i].net, &net), 0);
        assert_int_equal(addr_net_has(&net, &a), cases[i].has);
    }
}

static void test_bad_networks(void **state)
{
    static const char *const cases[] = {
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8x",
        "10.0.0/8",
        "::/129",
        "localhost",
        "10.0.0.0/8/8",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc/8",
        "::ffff:10.0.0.0/104",
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct addr_net net;
        print_message("# '%s'\n", cases[i]);
        assert_int_equal(addr_net_parse(cases[i], &net), ERR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),         cmocka_unit_test(test_text_of_odd_ones),
        cmocka_unit_test(test_bad_text),     cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_equality),     cmocka_unit_test(test_hash_spreads),
        cmocka_unit_test(test_loopback),     cmocka_unit_test(test_networks),
        cmocka_unit_test(test_bad_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
