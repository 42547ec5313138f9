/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "util/err.h"
#include "util/parse.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void integers(void **state)
{
    static const struct {
        const char *s;
        int64_t least, most;
        int rc;
        int64_t value;
    } cases[] = {
        {"1", 1, 100, 0, 1},
        {"100", 1, 100, 0, 100},
        {"0", 1, 100, ERR_FORMAT, 0},
        {"101", 1, 100, ERR_FORMAT, 0},
        {"-5", -10, 10, 0, -5},
        {"+5", -10, 10, 0, 5},
        {"007", 0, 10, 0, 7},
        {"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
        {"9223372036854775808", INT64_MIN, INT64_MAX, ERR_FORMAT, 0},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, ERR_FORMAT, 0},
        {"99999999999999999999", INT64_MIN, INT64_MAX, ERR_FORMAT, 0},
        {"", 0, 10, ERR_FORMAT, 0},
        {"-", -9, 10, ERR_FORMAT, 0},
        {" 1", 0, 10, ERR_FORMAT, 0},
        {"1 ", 0, 10, ERR_FORMAT, 0},
        {"1x", 0, 10, ERR_FORMAT, 0},
        {"0x1", 0, 10, ERR_FORMAT, 0},
        {"+-1", -10, 10, ERR_FORMAT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t v = -77;
        assert_int_equal(parse_int(cases[i].s, cases[i].least, cases[i].most, &v), cases[i].rc);
        assert_int_equal(v, cases[i].rc ? -77 : cases[i].value);
    }
}

static void sizes(void **state)
{
    static const struct {
        const char *s;
        unsigned w, h;
    } cases[] = {
        {"640x480", 640, 480}, {"1x1", 1, 1},     {"16384x16384", 16384, 16384},
        {"0x1", 0, 0},         {"1x0", 0, 0},     {"16385x1", 0, 0},
        {"1x16385", 0, 0},     {"640", 0, 0},     {"640x", 0, 0},
        {"x480", 0, 0},        {"640X480", 0, 0}, {"640x480x2", 0, 0},
        {"-1x5", 0, 0},        {"", 0, 0},        {"18446744073709551617x1", 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned w = 0, h = 0;
        assert_int_equal(parse_size(cases[i].s, &w, &h), cases[i].w ? 0 : ERR_FORMAT);
        assert_int_equal(w, cases[i].w);
        assert_int_equal(h, cases[i].h);
    }
}

static void rates(void **state)
{
    static const struct {
        const char *s;
        uint32_t millihertz; /* 0: refused */
    } cases[] = {
        {"25", 25000},
        {"29.97", 29970},
        {"30000/1001", 29970},
        {"24000/1001", 23976},
        {"12.5", 12500},
        {"0.001", 1},
        {"1000", 1000000},
        {"1001", 0},
        {"1000.001", 0},
        {"0", 0},
        {"0.0001", 0},
        {"25/0", 0},
        {"25.5/1", 0},
        {"25/", 0},
        {"/25", 0},
        {"25.", 0},
        {".5", 0},
        {"25fps", 0},
        {"", 0},
        {"-25", 0},
        {"99999999999999999999", 0},
        {"18446744073709551615", 0},
        {"1/3", 333},
        {"2/3", 667},
        {"1/1000", 1},
        {"25/1", 25000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t v = 0;
        int rc = parse_rate(cases[i].s, &v);
        assert_int_equal(rc, cases[i].millihertz ? 0 : ERR_FORMAT);
        assert_int_equal(v, cases[i].millihertz);
    }
}

static void durations(void **state)
{
    static const struct {
        const char *s;
        uint64_t ms; /* UINT64_MAX: refused */
    } cases[] = {
        {"60", 60000},
        {"90s", 90000},
        {"1.5m", 90000},
        {"1h", 3600000},
        {"200ms", 200},
        {"0", 0},
        {"0.0015", 2},
        {"0.5ms", 1},
        {"24h", 86400000},
        {"30d", 2592000000},
        {"1 s", UINT64_MAX},
        {"s", UINT64_MAX},
        {"1w", UINT64_MAX},
        {"1S", UINT64_MAX},
        {"", UINT64_MAX},
        {"-1s", UINT64_MAX},
        {"1..5s", UINT64_MAX},
        {"1m30s", UINT64_MAX},
        {"18446744073709551615h", UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t v = UINT64_MAX;
        assert_int_equal(parse_duration(cases[i].s, &v),
                         cases[i].ms == UINT64_MAX ? ERR_FORMAT : 0);
        assert_true(v == cases[i].ms);
    }
}

static void byte_counts(void **state)
{
    static const struct {
        const char *s;
        uint64_t bytes; /* UINT64_MAX: refused */
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"80k", 81920},
        {"80K", 81920},
        {"512M", UINT64_C(512) << 20},
        {"1.5G", UINT64_C(3) << 29},
        {"2T", UINT64_C(2) << 40},
        {"16777215T", UINT64_C(16777215) << 40},
        {"16777216T", UINT64_MAX},
        {"512MB", UINT64_MAX},
        {"M", UINT64_MAX},
        {"1g", UINT64_MAX},
        {"-1", UINT64_MAX},
        {"", UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t v = UINT64_MAX;
        assert_int_equal(parse_bytes(cases[i].s, &v),
                         cases[i].bytes == UINT64_MAX ? ERR_FORMAT : 0);
        assert_true(v == cases[i].bytes);
    }
}

static void camera_names(void **state)
{
    static const struct {
        const char *s;
        bool good;
    } cases[] = {
        {"a", true},
        {"front-door_2", true},
        {"0123456789abcdef0123456789abcdef", true},
        {"0123456789abcdef0123456789abcdef0", false},
        {"", false},
        {"Front", false},
        {"a b", false},
        {"a/b", false},
        {"a.b", false},
        {"\xc3\xa4", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(parse_camera_name(cases[i].s, strlen(cases[i].s)), cases[i].good);
    assert_true(parse_camera_name("ab=c", 2));
    assert_false(parse_camera_name("a\0b", 3));
}

static void hosts_and_ports(void **state)
{
    static const struct {
        const char *s;
        const char *host; /* NULL: refused */
        unsigned port;
    } cases[] = {
        {"host", "host", 9999},
        {"host:1", "host", 1},
        {"host:65535", "host", 65535},
        {"host:65536", NULL, 0},
        {"host:0", "host", 0},
        {"host:", NULL, 0},
        {"host:x", NULL, 0},
        {"host:+1", NULL, 0},
        {"127.0.0.1:80", "127.0.0.1", 80},
        {"[::1]", "::1", 9999},
        {"[::]:7", "::", 7},
        {"[::1]7", NULL, 0},
        {"[::1", NULL, 0},
        {"[host]:7", NULL, 0},
        {"[]:7", NULL, 0},
        {"::1", "::1", 9999},
        {"fe80::1%eth0", "fe80::1%eth0", 9999},
        {":80", NULL, 0},
        {"", NULL, 0},
        {"a b", NULL, 0},
        {"a/b", NULL, 0},
        {"user@host", NULL, 0},
        {"abcdefghijklmno", "abcdefghijklmno", 9999},
        {"abcdefghijklmnop", NULL, 0}, /* one more than fits */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char host[16] = "untouched";
        uint16_t port = 0;
        int rc = parse_host_port(cases[i].s, 9999, host, sizeof host, &port);
        assert_int_equal(rc, cases[i].host ? 0 : ERR_FORMAT);
        assert_string_equal(host, cases[i].host ? cases[i].host : "untouched");
        assert_int_equal(port, cases[i].port);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),        cmocka_unit_test(sizes),
        cmocka_unit_test(rates),           cmocka_unit_test(durations),
        cmocka_unit_test(byte_counts),     cmocka_unit_test(camera_names),
        cmocka_unit_test(hosts_and_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
