/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/segment.h"
#include "unit/film.h"

#define S INT64_C(1000000)

static void set_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

/* Berlin: +01:00, and +02:00 from 2026-03-29 01:00 UTC (1774746000) to 2026-10-25 01:00 UTC
 * (1792890000). 2026-11-22 00:00 UTC is 1795305600. */
static void cuts_are_multiples_since_local_midnight(void **state)
{
    static const struct {
        const char *zone;
        int64_t wall_us;
        uint64_t length_ms;
        int64_t cut_us;
    } cases[] = {
        {"UTC", 1795305600 * S, 600000, 1795306200 * S},
        {"UTC", 1795305600 * S + 1, 600000, 1795306200 * S},
        {"UTC", 1795306200 * S - 1, 600000, 1795306200 * S},
        {"UTC", 1795306200 * S, 600000, 1795306800 * S},
        {"UTC", 1795305600 * S, 2000, 1795305602 * S},
        {"UTC", 1795305600 * S + 1999999, 2000, 1795305602 * S},
        {"UTC", 1795305601 * S, 1500, 1795305601 * S + 500000},
        /* 7 h do not divide a day: 00, 07, 14, 21, and midnight. */
        {"UTC", (1795305600 + 20 * 3600) * S, 25200000, (1795305600 + 21 * 3600) * S},
        {"UTC", (1795305600 + 22 * 3600) * S, 25200000, (1795305600 + 24 * 3600) * S},
        {"UTC", (1795305600 + 5) * S, 86400000, (1795305600 + 86400) * S},
        /* Half-hour zones cut at their own :00. */
        {"IST-5:30", 1795305600 * S, 3600000, (1795305600 + 1800) * S},
        /* Spring forward, 01:50 to 02:00 = 03:00; the day is 23 h long. */
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1774746000 - 600) * S, 600000, 1774746000 * S},
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1774746000 - 3600) * S, 86400000,
         (1774746000 + 21 * 3600) * S},
        /* Fall back: 02:50 comes twice, and each is followed by a cut ten minutes later. */
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1792890000 - 600) * S, 600000, 1792890000 * S},
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1792890000 + 3000) * S, 600000, 1792893600 * S},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_zone(cases[i].zone);
        int64_t cut = segment_next_cut(cases[i].wall_us, cases[i].length_ms);
        if (cut != cases[i].cut_us)
            fail_msg("case %zu: cut %lld, not %lld", i, (long long)cut, (long long)cases[i].cut_us);
    }
    set_zone("UTC");
}

static void stems_tell_local_time_and_zone(void **state)
{
    static const struct {
        const char *zone;
        int64_t wall_us;
        const char *stem;
    } cases[] = {
        {"UTC", 1795305600 * S, "recording_20261122_000000+0000"},
        {"UTC", 1795305600 * S - 1, "recording_20261121_235959+0000"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1792890000 - 600) * S, "recording_20261025_025000+0200"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", (1792890000 + 3000) * S, "recording_20261025_025000+0100"},
        {"<-0930>9:30", 1795305600 * S, "recording_20261121_143000-0930"},
    };
    char stem[SEGMENT_STEM_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_zone(cases[i].zone);
        segment_stem(NULL, "front", cases[i].wall_us, stem, sizeof stem);
        assert_string_equal(stem, cases[i].stem);
    }
    set_zone("UTC");
}

static void directories_are_made_with_parents(void **state)
{
    char dir[256], deep[300], buf[SEGMENT_PATH_MAX];
    struct stat st;
    scratch_make(dir, sizeof dir);
    snprintf(deep, sizeof deep, "%s/a/b", dir);
    assert_int_equal(segment_directory(deep, "front door/..", buf, sizeof buf), 0);
    assert_int_equal(stat(buf, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(strncmp(buf, deep, strlen(deep)), 0);
    assert_null(strchr(buf + strlen(deep) + 1, '/'));
    assert_int_equal(segment_directory(deep, "front door/..", buf, sizeof buf), 0);
    assert_int_equal(segment_directory(deep, "x", buf, 8), -ENAMETOOLONG);
    snprintf(deep, sizeof deep, "%s/file", dir);
    close(open(deep, O_CREAT | O_WRONLY, 0600));
    assert_true(segment_directory(deep, "x", buf, sizeof buf) < 0);
    scratch_remove(dir);
}

static void names_are_never_used_twice(void **state)
{
    char dir[256], one[SEGMENT_PATH_MAX], two[SEGMENT_PATH_MAX], three[SEGMENT_PATH_MAX];
    char final[SEGMENT_PATH_MAX];
    int fd[3];
    scratch_make(dir, sizeof dir);
    assert_int_equal(segment_create(dir, "a", SEGMENT_MP4, one, sizeof one, &fd[0]), 0);
    assert_int_equal(segment_create(dir, "a", SEGMENT_MP4, two, sizeof two, &fd[1]), 0);
    assert_string_equal(one + strlen(dir), "/a.mp4.part");
    assert_string_equal(two + strlen(dir), "/a_2.mp4.part");
    assert_int_equal(segment_publish(&disk_real, one, final, sizeof final), 0);
    assert_string_equal(final + strlen(dir), "/a.mp4");
    /* Both a.mp4 and a_2.mp4.part are there now. */
    assert_int_equal(segment_create(dir, "a", SEGMENT_MP4, three, sizeof three, &fd[2]), 0);
    assert_string_equal(three + strlen(dir), "/a_3.mp4.part");
    /* Somebody else made a_2.mp4 meanwhile. */
    char other[300];
    snprintf(other, sizeof other, "%s/a_2.mp4", dir);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(segment_publish(&disk_real, two, final, sizeof final), 0);
    assert_string_equal(final + strlen(dir), "/a_2_2.mp4");
    assert_int_equal(segment_publish(&disk_real, "nothing.mp4", final, sizeof final), -EINVAL);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    scratch_remove(dir);
}

static void a_part_is_locked_while_it_is_open(void **state)
{
    char dir[256], part[SEGMENT_PATH_MAX];
    int fd;
    scratch_make(dir, sizeof dir);
    assert_int_equal(segment_create(dir, "a", SEGMENT_MP4, part, sizeof part, &fd), 0);
    int second = open(part, O_RDWR);
    assert_int_equal(segment_lock(second), -EAGAIN);
    int copy = dup(fd);
    close(fd);
    assert_int_equal(segment_lock(second), -EAGAIN);
    close(copy);
    assert_int_equal(segment_lock(second), 0);
    close(second);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_are_multiples_since_local_midnight),
        cmocka_unit_test(stems_tell_local_time_and_zone),
        cmocka_unit_test(directories_are_made_with_parents),
        cmocka_unit_test(names_are_never_used_twice),
        cmocka_unit_test(a_part_is_locked_while_it_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
