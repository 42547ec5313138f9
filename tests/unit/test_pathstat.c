/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/pathstat.h"
#include "util/mono.h"

/* A frame of ten fragments of 1000 bytes, under way for way_us, its fragments spread_us apart in
 * all. */
static struct reasm_slot frame(uint64_t sent_us, uint64_t way_us, uint64_t spread_us)
{
    uint64_t first_ns = (sent_us + way_us) * NS_PER_US, last_ns = first_ns + spread_us * NS_PER_US;
    return (struct reasm_slot){.count = 10,
                               .have = 10,
                               .bytes = 10000,
                               .capture_us = sent_us,
                               .first_ns = first_ns,
                               .last_ns = last_ns,
                               .live_ns = last_ns};
}

static void a_queue_is_what_the_quickest_waits_longer(void **state)
{
    struct pathstat p = {0};
    struct reasm_slot a = frame(1000000, 5000, 900), b = frame(1040000, 9000, 900),
                      c = frame(1080000, 30000, 900), d = frame(1120000, 26000, 900);
    assert_int_equal(pathstat_report(&p).queue_us, 0);
    pathstat_frame(&p, &a);
    pathstat_frame(&p, &b);
    assert_int_equal(pathstat_report(&p).queue_us, 0);
    pathstat_frame(&p, &c);
    pathstat_frame(&p, &d);
    assert_int_equal(pathstat_report(&p).queue_us, 21000);
    assert_int_equal(pathstat_report(&p).queue_us, 0); /* nothing came since */
}

static void clocks_need_not_agree(void **state)
{
    struct pathstat p = {0};
    struct reasm_slot a = frame(0, 5000, 0), b = frame(40000, 7000, 0);
    a.capture_us += UINT64_C(1) << 63; /* the other clock is far away */
    b.capture_us += UINT64_C(1) << 63;
    pathstat_frame(&p, &a);
    pathstat_report(&p);
    pathstat_frame(&p, &b);
    assert_int_equal(pathstat_report(&p).queue_us, 2000);
}

static void a_longer_path_becomes_the_base(void **state)
{
    struct pathstat p = {0};
    uint32_t queue_us = 0;
    for (uint64_t s = 0; s <= 95; s++) {
        struct reasm_slot f = frame(s * 1000000, s < 10 ? 5000 : 55000, 900);
        pathstat_frame(&p, &f);
        queue_us = pathstat_report(&p).queue_us;
        assert_int_equal(queue_us, s < 10 || s >= 60 ? 0 : 50000);
    }
}

static void the_rate_is_that_of_fragments_behind_the_first(void **state)
{
    static const struct {
        uint16_t have, repaired;
        uint64_t spread_us;
        uint8_t flags;
        uint32_t kbps;
    } cases[] = {
        {10, 0, 9000, 0, 8000},    {10, 0, 0, 0, 72000000}, /* at once: as fast as can be told */
        {7, 0, 6000, 0, 8000},                              /* some lost */
        {10, 3, 6000, 0, 8000},                             /* and repaired later */
        {4, 0, 3000, 0, 8000},                              /* the fewest that tell */
        {3, 0, 3000, 0, 0},        {10, 0, 9000, FRAGMENT_HISTORY, 0},
        {4, 4, 9000, 0, 0},        {0, 0, 0, 0, 0},
        {10, 0, 4000000000, 0, 1},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pathstat p = {0};
        struct reasm_slot f = frame(1000000, 5000, cases[i].spread_us);
        f.have = cases[i].have;
        f.repaired = cases[i].repaired;
        f.flags = cases[i].flags;
        pathstat_frame(&p, &f);
        assert_int_equal(pathstat_report(&p).path_kbps, cases[i].kbps);
        assert_int_equal(pathstat_report(&p).path_kbps, 0); /* of a report's time only */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_is_what_the_quickest_waits_longer),
        cmocka_unit_test(clocks_need_not_agree),
        cmocka_unit_test(a_longer_path_becomes_the_base),
        cmocka_unit_test(the_rate_is_that_of_fragments_behind_the_first),
    };
    return cmocka_run_group_tests_name("pathstat", tests, NULL, NULL);
}
