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

#include "record/keeper.h"
#include "record/mp4.h"
#include "record/retention.h"
#include "record/segment.h"
#include "unit/film.h"
#include "util/mono.h"

enum { NOW_S = 1795348800, BYTES = 1000 };
#define S INT64_C(1000000)

static char dir[256];

/* A file of BYTES bytes, camwall's or not, that ended age_s ago. */
static void put(const char *name, bool ours, int64_t age_s)
{
    char path[512], bytes[BYTES] = "";
    const struct timespec times[2] = {{.tv_sec = NOW_S - age_s}, {.tv_sec = NOW_S - age_s}};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    memcpy(bytes + 300, ours ? MP4_MARK : "another's", strlen(ours ? MP4_MARK : "another's"));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static bool there(const char *name)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return lstat(path, &st) == 0;
}

static struct retention_report sweep(const struct disk *disk, struct retention_limits limits)
{
    struct retention_report report;
    assert_int_equal(retention_sweep(disk, dir, &limits, NOW_S * S, &report), 0);
    return report;
}

static int make(void **state)
{
    char sub[300];
    scratch_make(dir, sizeof dir);
    snprintf(sub, sizeof sub, "%s/front", dir);
    return mkdir(sub, 0700);
}

static int clear(void **state)
{
    scratch_remove(dir);
    return 0;
}

static void make_four(void)
{
    put("front/d.mp4", true, 10);
    put("front/b.mp4", true, 3000);
    put("c.mp4", true, 2000);
    put("front/a.mp4", true, 4000);
}

static void the_oldest_go_first(void **state)
{
    static const struct {
        struct retention_limits limits;
        unsigned kept;
    } cases[] = {
        {{0}, 4},
        {{.age_s = 4000}, 4},
        {{.age_s = 3999}, 3},
        {{.age_s = 9}, 0},
        {{.size_bytes = 4 * BYTES}, 4},
        {{.size_bytes = 4 * BYTES - 1}, 3},
        {{.size_bytes = 2 * BYTES}, 2},
        {{.size_bytes = 1}, 0},
        {{.age_s = 2500, .size_bytes = 3 * BYTES}, 2},
    };
    static const char *const oldest_first[] = {"front/a.mp4", "front/b.mp4", "c.mp4",
                                               "front/d.mp4"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_four();
        struct retention_report report = sweep(&disk_real, cases[i].limits);
        assert_int_equal(report.kept, cases[i].kept);
        assert_int_equal(report.deleted, 4 - cases[i].kept);
        assert_int_equal(report.kept_bytes, cases[i].kept * BYTES);
        assert_int_equal(report.deleted_bytes, (4 - cases[i].kept) * BYTES);
        for (unsigned k = 0; k < 4; k++) {
            char path[512];
            assert_int_equal(there(oldest_first[k]), k >= 4 - cases[i].kept);
            snprintf(path, sizeof path, "%s/%s", dir, oldest_first[k]);
            unlink(path);
        }
    }
}

/* A disk of which every file takes 1000 bytes. */
static uint64_t capacity;

static int counted_space(const char *path, uint64_t *available, uint64_t *total)
{
    static const char *const names[] = {"front/a.mp4", "front/b.mp4", "c.mp4", "front/d.mp4"};
    *total = *available = capacity;
    for (int i = 0; i < 4; i++)
        *available -= there(names[i]) ? BYTES : 0;
    return 0;
}

static void free_space_is_kept(void **state)
{
    struct disk disk = disk_real;
    disk.space = counted_space;
    capacity = 10 * BYTES;
    make_four();
    assert_int_equal(sweep(&disk, (struct retention_limits){.free_bytes = 6 * BYTES}).deleted, 0);
    assert_int_equal(sweep(&disk, (struct retention_limits){.free_bytes = 6001}).deleted, 1);
    assert_false(there("front/a.mp4"));
    assert_int_equal(sweep(&disk, (struct retention_limits){.free_bytes = 9 * BYTES}).deleted, 2);
    assert_true(there("front/d.mp4"));
}

/* Open, foreign, linked, and further down: all of them old, none of them ever deleted. */
static void only_finished_files_of_ours_go(void **state)
{
    static const char *const safe[] = {"front/open.mp4.part",
                                       "front/foreign.mp4",
                                       "front/snapshot.jpg",
                                       "link.mp4",
                                       "elsewhere/x.mp4",
                                       "front/deeper/y.mp4",
                                       "pipe.mp4",
                                       "directory.mp4",
                                       ".mp4"};
    char path[600], target[600];
    const char *const made[] = {"outside", "outside/elsewhere", "front/deeper", "directory.mp4"};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, made[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    put("front/open.mp4.part", true, 5000);
    put("front/foreign.mp4", false, 5000);
    put("front/snapshot.jpg", true, 5000);
    put("outside/elsewhere/x.mp4", true, 5000);
    put("front/deeper/y.mp4", true, 5000);
    put(".mp4", true, 5000);
    put("front/ours.mp4", true, 5000);
    snprintf(path, sizeof path, "%s/elsewhere", dir);
    snprintf(target, sizeof target, "%s/outside/elsewhere", dir);
    assert_int_equal(symlink(target, path), 0);
    snprintf(path, sizeof path, "%s/link.mp4", dir);
    snprintf(target, sizeof target, "%s/outside/elsewhere/x.mp4", dir);
    assert_int_equal(symlink(target, path), 0);
    snprintf(path, sizeof path, "%s/pipe.mp4", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct retention_report report =
        sweep(&disk_real, (struct retention_limits){.age_s = 1, .size_bytes = 1});
    assert_int_equal(report.deleted, 1);
    assert_false(there("front/ours.mp4"));
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        if (!there(safe[i]))
            fail_msg("%s was deleted", safe[i]);
    assert_true(there("outside/elsewhere/x.mp4"));
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ten_thousand_files_take_under_a_second(void **state)
{
    char name[64];
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "front/%05d.mp4", i);
        put(name, i % 10 != 0, 20000 - i);
    }
    double began = cpu_seconds();
    struct retention_report report =
        sweep(&disk_real, (struct retention_limits){.size_bytes = 8990 * BYTES});
    double took = cpu_seconds() - began;
    print_message("%.3f s\n", took);
    assert_int_equal(report.deleted, 10);
    assert_int_equal(report.kept, 8990);
    assert_true(took < 1.0);
    assert_true(there("front/00000.mp4"));
    assert_false(there("front/00011.mp4"));
    assert_true(there("front/00012.mp4"));
}

static struct keeper_status wait_for_pass(struct keeper *k, uint64_t passes)
{
    struct keeper_status now;
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    do {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        keeper_status(k, &now);
    } while (now.passes < passes && mono_ns() < deadline);
    assert_true(now.passes >= passes);
    return now;
}

static void leave(const char *stem)
{
    char part[SEGMENT_PATH_MAX];
    struct mp4 *m;
    int fd;
    const struct mp4_settings s = {
        .codec = MP4_JPEG, .width = 160, .height = 120, .title = "front", .disk = &disk_real};
    assert_int_equal(segment_create(dir, stem, SEGMENT_MP4, part, sizeof part, &fd), 0);
    assert_int_equal(mp4_open(fd, &s, &m), 0);
    for (int k = 0; k < 30; k++)
        assert_int_equal(mp4_write(m, (const uint8_t *)"picture", 7, k * 3600, 1), 0);
    assert_int_equal(mp4_close(m, 30 * 3600, NULL), 0);
    close(fd);
}

static void the_keeper_recovers_and_deletes(void **state)
{
    struct keeper *k;
    const struct keeper_settings s = {.directory = dir, .limits = {.age_s = 1000}};
    leave("first");
    put("front/old.mp4", true, NOW_S); /* of 1970 */
    assert_int_equal(keeper_start(&s, &k), 0);
    struct keeper_status now = wait_for_pass(k, 1);
    assert_int_equal(now.recovered, 1);
    assert_int_equal(now.deleted, 1);
    assert_int_equal(now.segments, 1);
    assert_true(now.bytes > 0);
    assert_true(now.total_bytes > 0);
    assert_true(there("first.mp4"));
    assert_false(there("front/old.mp4"));
    leave("second");
    keeper_poke(k);
    now = wait_for_pass(k, 2);
    assert_int_equal(now.recovered, 2);
    assert_int_equal(now.segments, 2);
    keeper_stop(k);
    assert_true(there("second.mp4"));
}

static void the_keeper_waits_for_a_directory(void **state)
{
    struct keeper *k;
    const struct keeper_settings s = {.directory = "/nowhere/at/all"};
    assert_int_equal(keeper_start(&s, &k), 0);
    struct keeper_status now = wait_for_pass(k, 1);
    assert_int_equal(now.segments + now.recovered + now.deleted, 0);
    keeper_stop(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_oldest_go_first, make, clear),
        cmocka_unit_test_setup_teardown(free_space_is_kept, make, clear),
        cmocka_unit_test_setup_teardown(only_finished_files_of_ours_go, make, clear),
        cmocka_unit_test_setup_teardown(ten_thousand_files_take_under_a_second, make, clear),
        cmocka_unit_test_setup_teardown(the_keeper_recovers_and_deletes, make, clear),
        cmocka_unit_test(the_keeper_waits_for_a_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
