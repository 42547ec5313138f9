/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "receive/wallclock.h"
#include "util/mono.h"

static const int64_t EPOCH = INT64_C(1700000000000000);
enum { FRAME_US = 40000 };

/* Measurements that waver by a few milliseconds leave the distance of frames as it was captured. */
static void test_wavering_measurements(void **state)
{
    struct wallclock w;
    int64_t before = 0;
    bool stepped;

    wallclock_init(&w);
    for (int i = 0; i < 1000; i++) {
        int64_t now = wallclock_us(&w, (uint64_t)i * FRAME_US, EPOCH + i % 7 * 1000, &stepped);
        assert_false(stepped);
        if (i > 0)
            assert_in_range(now - before, FRAME_US - FRAME_US / WALLCLOCK_SLEW,
                            FRAME_US + FRAME_US / WALLCLOCK_SLEW);
        before = now;
    }
}

/* A lasting difference is followed in the end. */
static void test_follows(void **state)
{
    static const int64_t off[] = {50000, -50000};
    bool stepped;

    for (size_t i = 0; i < 2; i++) {
        struct wallclock w;
        wallclock_init(&w);
        assert_true(wallclock_us(&w, 0, EPOCH, &stepped) == EPOCH);
        int64_t now = 0;
        uint64_t at = 0;
        for (; at < 60 * UINT64_C(1000000); at += FRAME_US)
            now = wallclock_us(&w, at, EPOCH + off[i], &stepped);
        assert_true(now == (int64_t)(at - FRAME_US) + EPOCH + off[i]);
    }
}

static void test_steps(void **state)
{
    static const struct {
        int64_t off_us;
        bool stepped;
    } cases[] = {{WALLCLOCK_STEP_US, false},
                 {WALLCLOCK_STEP_US + 1, true},
                 {-WALLCLOCK_STEP_US, false},
                 {-WALLCLOCK_STEP_US - 1, true}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wallclock w;
        bool stepped;
        wallclock_init(&w);
        wallclock_us(&w, 1000, EPOCH, &stepped);
        assert_false(stepped);
        int64_t now = wallclock_us(&w, 1000, EPOCH + cases[i].off_us, &stepped);
        assert_int_equal(stepped, cases[i].stepped);
        assert_true(now == EPOCH + 1000 + (cases[i].stepped ? cases[i].off_us : 0));
    }
}

static void test_gap(void **state)
{
    int64_t off = wallclock_gap_us() - (wall_us() - (int64_t)mono_us());

    assert_true(llabs(off) < 5 * INT64_C(1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wavering_measurements),
        cmocka_unit_test(test_follows),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
