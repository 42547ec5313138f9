/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "net/netmodel.h"
#include "util/mono.h"

enum { MANY = 200000 };

static bool near(double got, double expected, double tolerance)
{
    print_message("# %.4f for %.4f\n", got, expected);
    return got >= expected - tolerance && got <= expected + tolerance;
}

static void test_clean(void **state)
{
    struct netmodel m;
    struct netmodel_settings s = {.delay_ns = 7};
    netmodel_init(&m, &s, 1);
    for (uint64_t now = 0; now < 1000; now++) {
        struct netmodel_fate f = netmodel_pass(&m, 1200, now);
        assert_int_equal(f.copies, 1);
        assert_int_equal(f.at_ns[0], now + 7);
        assert_int_equal(f.corrupt_byte, -1);
    }
    assert_int_equal(m.passed, 1000);
    assert_int_equal(m.lost + m.duplicated + m.corrupted + m.overflowed, 0);
}

static void test_seed_decides(void **state)
{
    struct netmodel_settings s = {.loss = 0.3, .duplicate = 0.3, .corrupt = 0.3, .jitter_ns = 1000};
    struct netmodel a, b, c;
    int differs = 0;
    netmodel_init(&a, &s, 42);
    netmodel_init(&b, &s, 42);
    netmodel_init(&c, &s, 43);
    for (int i = 0; i < 1000; i++) {
        struct netmodel_fate fa = netmodel_pass(&a, 1000, 5), fb = netmodel_pass(&b, 1000, 5);
        struct netmodel_fate fc = netmodel_pass(&c, 1000, 5);
        assert_memory_equal(&fa, &fb, sizeof fa);
        differs += memcmp(&fa, &fc, sizeof fa) != 0;
    }
    assert_true(differs > 500);
}

static void test_shares(void **state)
{
    struct netmodel_settings s = {.loss = 0.05, .duplicate = 0.02, .corrupt = 0.1};
    struct netmodel m;
    netmodel_init(&m, &s, 1);
    for (int i = 0; i < MANY; i++) {
        struct netmodel_fate f = netmodel_pass(&m, 10, 0);
        assert_in_range(f.copies, 0, NETMODEL_COPIES);
        assert_in_range(f.corrupt_byte + 1, 0, 10);
    }
    assert_true(near((double)m.lost / MANY, 0.05, 0.003));
    assert_true(near((double)m.duplicated / (double)m.passed, 0.02, 0.002));
    assert_true(near((double)m.corrupted / (double)m.passed, 0.1, 0.005));
    assert_int_equal(m.passed + m.lost, MANY);
}

static void test_bursts(void **state)
{
    static const struct {
        double share;
        unsigned len;
    } cases[] = {{0.05, 8}, {0.2, 20}, {0.01, 1}, {0.5, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct netmodel_settings s = {.burst_loss = cases[i].share, .burst_len = cases[i].len};
        struct netmodel m;
        unsigned bursts = 0;
        bool before = false;
        netmodel_init(&m, &s, 9);
        for (int n = 0; n < MANY; n++) {
            bool lost = netmodel_pass(&m, 10, 0).copies == 0;
            bursts += lost && !before;
            before = lost;
        }
        assert_true(near((double)m.lost / MANY, cases[i].share, 0.1 * cases[i].share));
        assert_true(near((double)m.lost / bursts, cases[i].len, 0.1 * cases[i].len));
    }
}

static void test_everything_and_nothing(void **state)
{
    struct netmodel_settings all = {.loss = 1}, burst = {.burst_loss = 1, .burst_len = 3},
                             none = {0};
    struct netmodel m;
    netmodel_init(&m, &all, 1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(netmodel_pass(&m, 1, 0).copies, 0);
    netmodel_change(&m, &burst);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(netmodel_pass(&m, 1, 0).copies, 0);
    netmodel_change(&m, &none);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(netmodel_pass(&m, 0, 0).copies, 1);
    assert_int_equal(m.lost, 2000);
    assert_int_equal(m.passed, 1000);
}

static void test_empty_datagram_is_not_spoilt(void **state)
{
    struct netmodel_settings s = {.corrupt = 1};
    struct netmodel m;
    netmodel_init(&m, &s, 1);
    assert_int_equal(netmodel_pass(&m, 0, 0).corrupt_byte, -1);
    assert_int_equal(netmodel_pass(&m, 1, 0).corrupt_byte, 0);
}

static void test_delay_and_jitter(void **state)
{
    struct netmodel_settings s = {.delay_ns = 1000, .jitter_ns = 500};
    struct netmodel m;
    uint64_t least = UINT64_MAX, most = 0;
    netmodel_init(&m, &s, 3);
    for (int i = 0; i < 10000; i++) {
        uint64_t at = netmodel_pass(&m, 10, 100).at_ns[0];
        least = at < least ? at : least;
        most = at > most ? at : most;
    }
    assert_in_range(least, 1100, 1110);
    assert_in_range(most, 1590, 1600);
}

static void test_reorder(void **state)
{
    struct netmodel_settings s = {.reorder = 0.1, .reorder_ns = 50};
    struct netmodel m;
    unsigned held = 0;
    netmodel_init(&m, &s, 3);
    for (int i = 0; i < 10000; i++) {
        uint64_t at = netmodel_pass(&m, 10, 0).at_ns[0];
        assert_true(at == 0 || at == 50);
        held += at == 50;
    }
    assert_true(near(held / 10000.0, 0.1, 0.02));
}

static void test_rate(void **state)
{
    /* 1000 bytes at 8 Mb/s take 1 ms; the queue takes what starts within 10 ms */
    struct netmodel_settings s = {.rate_bps = 8000000, .queue_ns = 10 * NS_PER_MS, .delay_ns = 5};
    struct netmodel m;
    netmodel_init(&m, &s, 3);
    for (uint64_t i = 1; i <= 11; i++)
        assert_int_equal(netmodel_pass(&m, 1000, 0).at_ns[0], i * NS_PER_MS + 5);
    assert_int_equal(netmodel_pass(&m, 1000, 0).copies, 0);
    assert_int_equal(m.overflowed, 1);
    assert_int_equal(netmodel_pass(&m, 1000, NS_PER_MS).at_ns[0], 12 * NS_PER_MS + 5);
    assert_int_equal(netmodel_pass(&m, 1000, 20 * NS_PER_MS).at_ns[0], 21 * NS_PER_MS + 5);
}

static void test_default_queue(void **state)
{
    struct netmodel_settings s = {.rate_bps = 8000000};
    struct netmodel m;
    unsigned passed = 0;
    netmodel_init(&m, &s, 3);
    while (netmodel_pass(&m, 1000, 0).copies)
        passed++;
    assert_int_equal(passed, 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_seed_decides),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_everything_and_nothing),
        cmocka_unit_test(test_empty_datagram_is_not_spoilt),
        cmocka_unit_test(test_delay_and_jitter),
        cmocka_unit_test(test_reorder),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_default_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
