/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "record/timeline.h"

#define S INT64_C(1000000)
static const int64_t noon = 1795348800 * S; /* 2026-11-22 12:00 UTC */

/* The camera's clock reads 1000 s at noon, ours 5000 s. */
static struct timeline_frame at(int64_t us)
{
    return (struct timeline_frame){
        .capture_us = (uint64_t)(1000 * S + us),
        .arrival_us = (uint64_t)(5000 * S + us),
        .wall_us = noon + us,
        .width = 640,
        .height = 480,
    };
}

/* After n frames at a rate, the file ends one interval after the last one, to within a tick. */
static void times_are_capture_times_at_any_rate(void **state)
{
    static const struct {
        double interval_us;
        int n;
    } cases[] = {{40000, 250}, {80000, 500}, {1e6 / 29.97, 3000}, {1e6 / 7.3, 50}, {3.7e6, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timeline t;
        timeline_init(&t, 86400000);
        for (int k = 0; k < cases[i].n; k++) {
            struct timeline_frame f = at((int64_t)(k * cases[i].interval_us));
            assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
            int64_t time = 0;
            if (k == 0)
                timeline_begin(&t, &f);
            else
                time = timeline_add(&t, &f);
            int64_t want = (int64_t)(k * cases[i].interval_us * 0.09 + 0.5);
            assert_in_range(time + 1, want, want + 2);
        }
        int64_t covered = (int64_t)(cases[i].n * cases[i].interval_us * 0.09);
        assert_in_range(timeline_end(&t, NULL, TIMELINE_SAME) + 2, covered, covered + 4);
    }
}

static void times_rise_strictly(void **state)
{
    static const int64_t us[] = {0, 0, 3, 4, 40000, 40000, 40001, 80000};
    static const int64_t want[] = {0, 1, 2, 3, 3600, 3601, 3602, 7200};
    struct timeline t;
    timeline_init(&t, 60000);
    struct timeline_frame f = at(0);
    timeline_begin(&t, &f);
    for (size_t i = 1; i < sizeof us / sizeof *us; i++) {
        f = at(us[i]);
        assert_int_equal(timeline_add(&t, &f), want[i]);
    }
}

static void a_file_ends_where_the_next_begins(void **state)
{
    struct timeline t;
    timeline_init(&t, 2000);
    struct timeline_frame f = at(100000);
    timeline_begin(&t, &f);
    f = at(1990000);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
    timeline_add(&t, &f);
    f = at(1999999);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
    f = at(2000000);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_CUT);
    assert_int_equal(timeline_end(&t, &f, TIMELINE_CUT), 171000);
    /* Behind a hole the last frame lasts as long as the one before it. */
    f = at(12000000);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_CUT);
    assert_int_equal(timeline_end(&t, &f, TIMELINE_CUT), 2 * (199 - 10) * 900);
}

static void a_hole_is_a_hole_in_time(void **state)
{
    struct timeline t;
    timeline_init(&t, 86400000);
    struct timeline_frame f = at(0);
    timeline_begin(&t, &f);
    f = at(3 * S);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
    assert_int_equal(timeline_gap_us(&t, &f), 3 * S);
    assert_int_equal(timeline_add(&t, &f), 270000);
    f = at(3040000);
    assert_int_equal(timeline_add(&t, &f), 273600);
    f = at(3040000 + 6 * 3600 * S - 1);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
    f = at(3040000 + 6 * 3600 * S);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_LONG_HOLE);
    assert_int_equal(timeline_end(&t, &f, TIMELINE_LONG_HOLE), 277200);
}

enum change { NONE, SIZE, DISCONTINUITY, CAMERA, ARRIVAL, WALL, LATE };

static struct timeline_frame changed(enum change what, int64_t by_us)
{
    struct timeline_frame f = at(2040000);
    f.width = what == SIZE ? 320 : 640;
    f.discontinuity = what == DISCONTINUITY;
    f.capture_us += what == CAMERA ? (uint64_t)by_us : 0;
    f.arrival_us += what == ARRIVAL ? (uint64_t)by_us : 0;
    f.wall_us += what == WALL || what == CAMERA ? by_us : 0;
    return f;
}

static void steps_and_changes_begin_a_new_file(void **state)
{
    static const struct {
        enum change what;
        int64_t by_us;
        enum timeline_verdict verdict;
    } cases[] = {
        {NONE, 0, TIMELINE_SAME},
        {SIZE, 0, TIMELINE_RESIZED},
        {DISCONTINUITY, 0, TIMELINE_DISCONTINUITY},
        {CAMERA, -1 * S, TIMELINE_CAMERA_CLOCK},
        {CAMERA, -1000 * S, TIMELINE_CAMERA_CLOCK},
        {CAMERA, 2 * S, TIMELINE_SAME},
        {CAMERA, 3 * S, TIMELINE_CAMERA_CLOCK},
        {ARRIVAL, 8 * S, TIMELINE_SAME},
        {WALL, -3600 * S, TIMELINE_WALL_CLOCK},
        {WALL, 3600 * S, TIMELINE_WALL_CLOCK},
        {WALL, 2 * S, TIMELINE_SAME},
        {WALL, -2 * S, TIMELINE_SAME},
        {WALL, 2 * S + 1, TIMELINE_WALL_CLOCK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timeline t;
        timeline_init(&t, 86400000);
        struct timeline_frame f = at(0);
        timeline_begin(&t, &f);
        f = at(2 * S);
        timeline_add(&t, &f);
        f = changed(cases[i].what, cases[i].by_us);
        enum timeline_verdict v = timeline_judge(&t, &f);
        if (v != cases[i].verdict)
            fail_msg("case %zu: %d, not %d", i, (int)v, (int)cases[i].verdict);
        if (v != TIMELINE_SAME && v != TIMELINE_RESIZED)
            assert_int_equal(timeline_end(&t, &f, v), 2 * 180000);
    }
}

/* A camera whose clock goes back with every frame gets a file a second, and its times still rise.
 */
static void a_mad_clock_does_not_make_a_file_a_frame(void **state)
{
    struct timeline t;
    timeline_init(&t, 86400000);
    int files = 0;
    int64_t time = 0;
    for (int k = 0; k < 100; k++) {
        struct timeline_frame f = at(k * 40000);
        f.capture_us = (uint64_t)(900 * S - k * S);
        if (k == 0 || timeline_judge(&t, &f) != TIMELINE_SAME) {
            files++;
            timeline_begin(&t, &f);
            time = 0;
        } else {
            assert_int_equal(timeline_add(&t, &f), ++time);
        }
    }
    assert_int_equal(files, 5);
}

/* A step soon after another is noticed when the file is a second old. */
static void a_step_is_not_forgotten(void **state)
{
    struct timeline t;
    timeline_init(&t, 600000);
    struct timeline_frame f = at(0);
    timeline_begin(&t, &f);
    f = at(40000);
    f.wall_us -= 3600 * S;
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_WALL_CLOCK);
    timeline_begin(&t, &f);
    f = at(80000); /* set right again at once */
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_CUT);
    f.wall_us -= 2 * 3600 * S; /* or further back */
    for (int64_t us = 80000; us < 1040000; us += 40000) {
        f = at(us);
        f.wall_us -= 2 * 3600 * S;
        assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
        timeline_add(&t, &f);
    }
    f = at(1040000);
    f.wall_us -= 2 * 3600 * S;
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_WALL_CLOCK);
}

static void late_frames_of_the_history_are_no_step(void **state)
{
    struct timeline t;
    timeline_init(&t, 86400000);
    struct timeline_frame f = at(0);
    f.arrival_us += 8 * S;
    f.history = true;
    timeline_begin(&t, &f);
    f = at(7990000);
    f.arrival_us = (uint64_t)(5000 * S + 10 * S);
    f.history = true;
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
    timeline_add(&t, &f);
    f = at(10 * S + 1);
    assert_int_equal(timeline_judge(&t, &f), TIMELINE_SAME);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_capture_times_at_any_rate),
        cmocka_unit_test(times_rise_strictly),
        cmocka_unit_test(a_file_ends_where_the_next_begins),
        cmocka_unit_test(a_hole_is_a_hole_in_time),
        cmocka_unit_test(steps_and_changes_begin_a_new_file),
        cmocka_unit_test(a_mad_clock_does_not_make_a_file_a_frame),
        cmocka_unit_test(a_step_is_not_forgotten),
        cmocka_unit_test(late_frames_of_the_history_are_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
