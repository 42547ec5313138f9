/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/mono.h"

static void never_goes_back(void **state)
{
    uint64_t last = mono_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = mono_ns();
        assert_true(now >= last);
        last = now;
    }
    uint64_t us = mono_us();
    assert_true(us >= last / NS_PER_US);
    assert_true(us - last / NS_PER_US < 60 * 1000000);
}

static void wall_clock_is_that_of_the_system(void **state)
{
    int64_t before = (int64_t)time(NULL) - 1, now = wall_us() / 1000000;
    assert_true(now >= before && now <= (int64_t)time(NULL) + 1);
}

static void writes_times_in_the_local_zone(void **state)
{
    static const struct {
        const char *zone;
        int64_t us;
        const char *text, *rfc3339;
    } cases[] = {
        {"UTC0", 0, "1970-01-01 00:00:00+00:00", "1970-01-01T00:00:00.000+00:00"},
        {"UTC0", 1763814231123456, "2025-11-22 12:23:51+00:00", "2025-11-22T12:23:51.123+00:00"},
        {"UTC0", -1, "1969-12-31 23:59:59+00:00", "1969-12-31T23:59:59.999+00:00"},
        {"NPT-5:45", 1763814231999999, "2025-11-22 18:08:51+05:45",
         "2025-11-22T18:08:51.999+05:45"},
        {"NST3:30", 1763814231000000, "2025-11-22 08:53:51-03:30", "2025-11-22T08:53:51.000-03:30"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buf[32];
        setenv("TZ", cases[i].zone, 1);
        tzset();
        assert_string_equal(wall_text(cases[i].us, buf, sizeof buf), cases[i].text);
        assert_string_equal(wall_rfc3339(cases[i].us, buf, sizeof buf), cases[i].rfc3339);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_goes_back),
        cmocka_unit_test(wall_clock_is_that_of_the_system),
        cmocka_unit_test(writes_times_in_the_local_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
