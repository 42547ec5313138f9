/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <libavutil/avutil.h>

#include "capture/source_av_clock.h"
#include "util/mono.h"

#define NONE AV_NOPTS_VALUE

static const AVRational thousandth = {1, 1000}, unknown = {0, 0}, rate_25 = {25, 1};

/* One loop in a time base of 1/1000 at 25 pictures a second; a step is 40, times below 1 apart are
 * broken. */
static const struct {
    const char *what;
    struct {
        int64_t pts, duration, position;
    } picture[6];
    int n;
    int64_t end; /* where the next loop begins */
} loops[] = {
    {"as it should be", {{0, 40, 0}, {40, 40, 40}, {80, 40, 80}}, 3, 120},
    {"begins late", {{5000, 40, 0}, {5040, 40, 40}}, 2, 80},
    {"begins early", {{-80, 40, 0}, {-40, 40, 40}}, 2, 80},
    {"last one lasts", {{0, 40, 0}, {40, 500, 40}}, 2, 540},
    {"last one is rounded", {{0, 40, 0}, {40, 39, 40}}, 2, 80},
    {"last one is shorter", {{0, 40, 0}, {40, 38, 40}}, 2, 78},
    {"durations unknown", {{0, 0, 0}, {40, 0, 40}}, 2, 80},
    {"durations broken", {{0, -1, 0}, {40, INT64_MAX, 40}}, 2, 80},
    {"varying", {{0, 10, 0}, {10, 90, 10}, {100, 7, 100}}, 3, 107},
    {"a gap that is meant", {{0, 40, 0}, {60000, 40, 60000}}, 2, 60040},
    {"no times", {{NONE, 0, 0}, {NONE, 0, 40}, {NONE, 0, 80}}, 3, 120},
    {"one without", {{0, 40, 0}, {NONE, 40, 40}, {80, 40, 80}}, 3, 120},
    {"first without", {{NONE, 40, 0}, {7040, 40, 40}, {7080, 40, 80}}, 3, 120},
    {"all the same", {{9, 0, 0}, {9, 0, 40}, {9, 0, 80}}, 3, 120},
    {"jumps back and goes on", {{900, 40, 0}, {940, 40, 40}, {0, 40, 80}, {40, 40, 120}}, 4, 160},
    {"jumps far", {{0, 40, 0}, {9000000, 40, 40}, {9000040, 40, 80}}, 3, 120},
    {"as far as can be", {{INT64_MIN + 1, 40, 0}, {INT64_MAX, 40, 40}}, 2, 80},
    {"one picture", {{0, 0, 0}}, 1, 40},
    {"one short picture", {{0, 1, 0}}, 1, 1},
};

static void test_positions(void **state)
{
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
        struct playback p;
        playback_init(&p, thousandth, rate_25);
        for (int round = 0; round < 3; round++) { /* each loop begins where the last one ended */
            for (int n = 0; n < loops[i].n; n++) {
                int64_t got =
                    playback_position(&p, loops[i].picture[n].pts, loops[i].picture[n].duration);
                int64_t expected = loops[i].picture[n].position + round * loops[i].end;
                if (got != expected)
                    fail_msg("%s: picture %d of loop %d at %lld, not %lld", loops[i].what, n, round,
                             (long long)got, (long long)expected);
            }
            playback_loop(&p);
        }
    }
}

static void test_step(void **state)
{
    static const struct {
        AVRational base, rate;
        int64_t step;
    } cases[] = {
        {{1, 1000}, {25, 1}, 40},    {{1, 1000}, {0, 0}, 40},
        {{1, 1000}, {-5, 1}, 40},    {{1, 90000}, {90000, 1}, 375},
        {{1, 25}, {25, 1}, 1},       {{1, 1}, {25, 1}, 1},
        {{1, 25000}, {25, 2}, 2000}, {{1001, 30000}, {30000, 1001}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct playback p;
        playback_init(&p, cases[i].base, cases[i].rate);
        assert_int_equal(p.step, cases[i].step);
    }
}

/* A year of 12.5 pictures a second in odd ticks: the last one is due at the nanosecond. */
static void test_no_drift(void **state)
{
    struct playback p;
    const uint64_t now = 5 * NS_PER_S;
    playback_init(&p, (AVRational){1, 12800}, (AVRational){25, 2});
    assert_int_equal(playback_due_ns(&p, playback_position(&p, 0, 1024), now), now);
    const int64_t year = INT64_C(86400) * 365;
    assert_int_equal(playback_due_ns(&p, year * 12800, now), now + (uint64_t)year * NS_PER_S);
    /* A third of a second has no end in nanoseconds, but three of them do. */
    playback_init(&p, (AVRational){1, 3}, (AVRational){3, 1});
    playback_due_ns(&p, 0, now);
    assert_int_equal(playback_due_ns(&p, 1, now), now + 333333333);
    assert_int_equal(playback_due_ns(&p, 3000000, now), now + 1000000 * NS_PER_S);
}

static void test_lateness(void **state)
{
    struct playback p;
    const uint64_t now = 5 * NS_PER_S;
    playback_init(&p, thousandth, unknown);
    playback_due_ns(&p, 0, now);
    assert_int_equal(playback_due_ns(&p, 40, now + NS_PER_S + 40 * NS_PER_MS),
                     now + 40 * NS_PER_MS);
    uint64_t late = now + NS_PER_S + 80 * NS_PER_MS + 1;
    assert_int_equal(playback_due_ns(&p, 80, late), late);
    assert_int_equal(playback_due_ns(&p, 120, late), late + 40 * NS_PER_MS);
}

/* How many of a thousand pictures are kept, and how far apart they are at most. */
static void test_thinning(void **state)
{
    static const struct {
        int rate;
        uint32_t millihertz;
        unsigned kept, widest;
    } cases[] = {
        {25, 0, 1000, 1},    {25, 12500, 500, 2}, {30, 15000, 500, 2},  {25, 10000, 400, 3},
        {30, 1000, 34, 30},  {30, 20000, 667, 2}, {50, 25000, 500, 2},  {30, 29000, 967, 2},
        {60, 30000, 500, 2}, {25, 100, 4, 250},   {25, 25000, 1000, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thinning t = {.millihertz = cases[i].millihertz, .slot = -1};
        unsigned kept = 0, widest = 0;
        int64_t last = -1;
        for (int n = 0; n < 1000; n++) { /* times rounded to thousandths, as many files have them */
            int64_t at = ((int64_t)n * 1000 + cases[i].rate / 2) / cases[i].rate;
            if (!thinning_keeps(&t, at, 1000 / cases[i].rate, thousandth))
                continue;
            kept++;
            if (last >= 0 && n - last > (int64_t)widest)
                widest = (unsigned)(n - last);
            last = n;
        }
        if (kept + 1 < cases[i].kept || kept > cases[i].kept + 1 || widest > cases[i].widest)
            fail_msg("%d to %u: %u kept, up to %u apart", cases[i].rate, cases[i].millihertz, kept,
                     widest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions), cmocka_unit_test(test_step),
        cmocka_unit_test(test_no_drift),  cmocka_unit_test(test_lateness),
        cmocka_unit_test(test_thinning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
