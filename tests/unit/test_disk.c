/* SPDX-License-Identifier: MIT */
/* Recorders on disks that run full, and on clocks and directories that are not theirs alone. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/recorder.h"
#include "record/segment.h"
#include "record/space.h"
#include "unit/film.h"
#include "util/mono.h"

#define S  INT64_C(1000000)
#define MB UINT64_C(1000000)

struct session {
    char dir[256];
    struct recorder *recorder;
    struct camera *camera;
    int64_t base_us;
    uint64_t base_capture;
    uint32_t next; /* number of the next frame */
};

static void start(struct session *s, const struct disk *disk, uint64_t reserve)
{
    const struct recorder_settings settings = {.directory = s->dir,
                                               .stream = "front",
                                               .segment_ms = 86400000,
                                               .reserve_bytes = reserve,
                                               .disk = disk};
    assert_int_equal(recorder_start(&settings, &s->recorder), 0);
}

static void session_begin(struct session *s, const struct disk *disk, uint64_t reserve)
{
    memset(s, 0, sizeof *s);
    scratch_make(s->dir, sizeof s->dir);
    s->camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    s->base_us = wall_us();
    s->base_capture = mono_us();
    start(s, disk, reserve);
}

static struct recorder_status status(struct session *s)
{
    struct recorder_status now;
    recorder_status(s->recorder, &now);
    return now;
}

/* Pushes the next frame, and waits until it is dealt with. */
static void push(struct session *s)
{
    int64_t us = s->next * INT64_C(40000);
    struct frame *f =
        camera_frame(s->camera, s->next++, s->base_capture + (uint64_t)us, s->base_us + us);
    recorder_push(s->recorder, f);
    frame_unref(&f);
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    struct recorder_status now;
    do {
        sched_yield();
        now = status(s);
    } while (now.frames + now.dropped < s->next && mono_ns() < deadline);
    assert_int_equal(now.frames + now.dropped, s->next);
}

static void push_until(struct session *s, enum recorder_state state)
{
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    while (status(s).state != state && mono_ns() < deadline) {
        push(s);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    assert_int_equal(status(s).state, state);
}

static void session_end(struct session *s)
{
    camera_free(s->camera);
    scratch_remove(s->dir);
}

/* Files are finished by a thread beside the recorder. */
static void wait_finished(struct session *s)
{
    uint64_t end = mono_us() + 60 * 1000000;
    for (bool open = true; open && mono_us() < end; poll(NULL, 0, 5)) {
        char **names = scratch_list(s->dir, "front");
        open = false;
        for (size_t n = 0; names[n]; n++)
            open = open || strstr(names[n], ".part");
        scratch_list_free(names);
    }
}

/* All files are finished and play; numbers rise by one within each. Returns the frames in all. */
static uint32_t check_files(struct session *s, size_t files)
{
    char **names = scratch_list(s->dir, "front");
    uint32_t frames = 0;
    size_t n = 0;
    for (; names[n]; n++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/front/%s", s->dir, names[n]);
        assert_null(strstr(names[n], ".part"));
        struct film *film = film_read(path);
        assert_int_equal(film->errors, 0);
        for (size_t k = 1; k < film->n; k++)
            assert_int_equal(film->frames[k].number, film->frames[k - 1].number + 1);
        frames += (uint32_t)film->n;
        film_free(film);
    }
    assert_int_equal(n, files);
    scratch_list_free(names);
    return frames;
}

static _Atomic uint64_t left = UINT64_MAX;

static int injected_space(const char *path, uint64_t *available, uint64_t *total)
{
    *available = atomic_load(&left);
    *total = 1000 * MB;
    return 0;
}

static void the_reserve_ends_recording_and_room_resumes_it(void **state)
{
    struct disk disk = disk_real;
    disk.space = injected_space;
    struct session s;
    atomic_store(&left, 100 * MB);
    session_begin(&s, &disk, 80 * MB);
    for (int k = 0; k < 30; k++)
        push(&s);
    assert_int_equal(status(&s).frames, 30);
    atomic_store(&left, 80 * MB - 1);
    push_until(&s, RECORDER_DISK_FULL);
    struct recorder_status full = status(&s);
    assert_string_equal(full.segment, "");
    assert_non_null(strstr(full.error, s.dir));
    check_files(&s, 1);
    /* Not at once at the reserve again, but with some room above it. */
    atomic_store(&left, 85 * MB);
    uint64_t deadline = mono_ns() + 1200 * NS_PER_MS;
    while (mono_ns() < deadline) {
        push(&s);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    assert_int_equal(status(&s).state, RECORDER_DISK_FULL);
    assert_int_equal(status(&s).frames, full.frames);
    atomic_store(&left, 90 * MB);
    push_until(&s, RECORDER_RUNNING);
    push(&s);
    struct recorder_status last;
    recorder_stop(s.recorder, &last);
    assert_int_equal(check_files(&s, 2), last.frames);
    assert_int_equal(last.frames + last.dropped, s.next);
    session_end(&s);
}

static _Atomic int64_t room = INT64_MAX; /* bytes that may still be written */

static int limited_write(int fd, const void *bytes, size_t len)
{
    int64_t had = atomic_load(&room);
    if (had >= (int64_t)len) {
        atomic_fetch_sub(&room, (int64_t)len);
        return disk_real.write(fd, bytes, len);
    }
    if (had > 0)
        disk_real.write(fd, bytes, (size_t)had);
    atomic_store(&room, 0);
    return -ENOSPC;
}

static int refused_write_at(int fd, const void *bytes, size_t len, off_t at)
{
    return atomic_load(&room) < (int64_t)len ? -ENOSPC : disk_real.write_at(fd, bytes, len, at);
}

static void a_full_disk_harms_nothing(void **state)
{
    struct disk disk = disk_real;
    disk.write = limited_write;
    struct session s;
    atomic_store(&room, 300000);
    session_begin(&s, &disk, 1);
    push_until(&s, RECORDER_DISK_FULL);
    struct recorder_status full = status(&s);
    assert_true(full.frames >= 13);
    assert_int_equal(full.frames + full.dropped, s.next);
    atomic_store(&room, INT64_MAX);
    push_until(&s, RECORDER_RUNNING);
    push(&s);
    struct recorder_status last;
    recorder_stop(s.recorder, &last);
    assert_int_equal(check_files(&s, 2), last.frames);
    session_end(&s);
}

/* Not even the index finds room: the part stays, and plays. */
static void without_room_for_the_index_the_part_stays(void **state)
{
    struct disk disk = disk_real;
    disk.write = limited_write;
    disk.write_at = refused_write_at;
    struct session s;
    atomic_store(&room, 300000);
    session_begin(&s, &disk, 1);
    push_until(&s, RECORDER_DISK_FULL);
    struct recorder_status last;
    recorder_stop(s.recorder, &last);
    char **names = scratch_list(s.dir, "front");
    assert_non_null(names[0]);
    assert_null(names[1]);
    char path[1024];
    snprintf(path, sizeof path, "%s/front/%s", s.dir, names[0]);
    assert_non_null(strstr(path, ".mp4.part"));
    struct film *film = film_read(path);
    assert_int_equal(film->errors, 0);
    assert_int_equal(film->n, last.frames);
    film_free(film);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, last.bytes); /* the torn fragment is cut off, which makes room */
    scratch_list_free(names);
    session_end(&s);
}

/* It takes headers, but no fragment: nothing is left of such attempts. */
static void files_without_a_frame_vanish(void **state)
{
    struct disk disk = disk_real;
    disk.write = limited_write;
    struct session s;
    atomic_store(&room, 3000);
    session_begin(&s, &disk, 1);
    push_until(&s, RECORDER_DISK_FULL);
    struct recorder_status last;
    recorder_stop(s.recorder, &last);
    assert_int_equal(last.frames, 0);
    assert_int_equal(last.dropped, s.next);
    check_files(&s, 0);
    session_end(&s);
}

/* The same on a real one, where we may mount one. */
static void a_small_tmpfs_runs_full_and_is_emptied(void **state)
{
    struct session s;
    memset(&s, 0, sizeof s);
    scratch_make(s.dir, sizeof s.dir);
    if (mount("none", s.dir, "tmpfs", 0, "size=2m") != 0) {
        scratch_remove(s.dir);
        skip();
    }
    s.camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    s.base_us = wall_us();
    s.base_capture = mono_us();
    char ballast[300];
    uint8_t *bytes = calloc(1, 1200000);
    snprintf(ballast, sizeof ballast, "%s/ballast", s.dir);
    file_write(ballast, bytes, 1200000);
    free(bytes);
    start(&s, NULL, 200000);
    push_until(&s, RECORDER_DISK_FULL);
    wait_finished(&s);
    check_files(&s, 1);
    assert_int_equal(unlink(ballast), 0);
    push_until(&s, RECORDER_RUNNING);
    push(&s);
    struct recorder_status last;
    recorder_stop(s.recorder, &last);
    assert_int_equal(check_files(&s, 2), last.frames);
    camera_free(s.camera);
    assert_int_equal(umount2(s.dir, MNT_DETACH), 0);
    scratch_remove(s.dir);
}

static void the_reserve_has_a_default(void **state)
{
    assert_int_equal(space_reserve(0, 10000), 100);
    assert_int_equal(space_reserve(0, UINT64_C(1) << 42), 512 * 1024 * 1024);
    assert_int_equal(space_reserve(7, 10000), 7);
}

/* Two of them, started at the same moment, for the same stream. */
static void two_recorders_share_a_directory(void **state)
{
    struct session one;
    session_begin(&one, NULL, 1);
    struct session two = one;
    start(&two, NULL, 1);
    for (int k = 0; k < 40; k++) {
        push(&one);
        push(&two);
    }
    assert_string_not_equal(status(&one).segment, status(&two).segment);
    recorder_stop(one.recorder, NULL);
    recorder_stop(two.recorder, NULL);
    assert_int_equal(check_files(&one, 2), 80);
    session_end(&one);
}

static void expect_names(struct session *s, const char *const *want, size_t n)
{
    char **names = scratch_list(s->dir, "front");
    for (size_t i = 0; i < n; i++)
        assert_string_equal(names[i], want[i]);
    assert_null(names[n]);
    scratch_list_free(names);
}

static void set_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

/* Pushes a frame of its own wall time, each 2 s after the one before. */
static void push_at(struct session *s, int64_t at_us)
{
    s->base_us = at_us - s->next * INT64_C(40000);
    s->base_capture += 1960000;
    push(s);
}

/* Set back by an hour at 12:00:04, it comes past 11:59:58 again. */
static void a_clock_set_back_overwrites_nothing(void **state)
{
    const int64_t noon = 1795348800 * S;
    static const char *const want[] = {
        "recording_20261122_105958+0000.mp4", "recording_20261122_110000+0000.mp4",
        "recording_20261122_115958+0000.mp4", "recording_20261122_115958+0000_2.mp4",
        "recording_20261122_120000+0000.mp4", "recording_20261122_120000+0000_2.mp4"};
    struct session s;
    set_zone("UTC");
    session_begin(&s, NULL, 1);
    recorder_stop(s.recorder, NULL);
    const struct recorder_settings settings = {
        .directory = s.dir, .stream = "front", .segment_ms = 600000, .reserve_bytes = 1};
    assert_int_equal(recorder_start(&settings, &s.recorder), 0);
    for (int64_t us = -2 * S; us <= 2 * S; us += 2 * S)
        push_at(&s, noon + us);
    for (int64_t us = -2 * S; us <= 2 * S; us += 2 * S)
        push_at(&s, noon + us - 3600 * S);
    for (int64_t us = -2 * S; us <= 2 * S; us += 2 * S)
        push_at(&s, noon + us);
    recorder_stop(s.recorder, NULL);
    expect_names(&s, want, 6);
    assert_int_equal(check_files(&s, 6), 9);
    session_end(&s);
}

/* The hour between 02:00 and 03:00 comes twice on 25 October in Berlin; names tell which. */
static void an_hour_that_comes_twice_has_two_names(void **state)
{
    static const char *const want[] = {
        "recording_20261025_023000+0100.mp4", "recording_20261025_023000+0200.mp4",
        "recording_20261025_030000+0100.mp4", "recording_20261025_020000+0100.mp4"};
    const int64_t fall_back = 1792890000 * S;
    struct session s;
    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    session_begin(&s, NULL, 1);
    recorder_stop(s.recorder, NULL);
    const struct recorder_settings settings = {
        .directory = s.dir, .stream = "front", .segment_ms = 1800000, .reserve_bytes = 1};
    assert_int_equal(recorder_start(&settings, &s.recorder), 0);
    for (int64_t us = -1800 * S; us <= 3600 * S; us += 600 * S) {
        s.base_us = fall_back + us - s.next * INT64_C(40000);
        s.base_capture += 600 * S - 40000;
        push(&s);
    }
    recorder_stop(s.recorder, NULL);
    const char *const sorted[] = {want[3], want[0], want[1], want[2]};
    expect_names(&s, sorted, 4);
    assert_int_equal(check_files(&s, 4), 10);
    set_zone("UTC");
    session_end(&s);
}

/* Within a file of a day: what one picture can span is spanned, more begins another file. */
static void holes_of_hours_are_kept(void **state)
{
    struct session s;
    session_begin(&s, NULL, 1);
    s.base_us = 1795305600 * S; /* midnight */
    push(&s);
    s.base_us += 21599 * S;
    s.base_capture += 21599 * S;
    push(&s);
    s.base_us += 21600 * S;
    s.base_capture += 21600 * S;
    push(&s);
    recorder_stop(s.recorder, NULL);
    assert_int_equal(check_files(&s, 2), 3);
    char path[1024];
    snprintf(path, sizeof path, "%s/front/recording_20261122_000000+0000.mp4", s.dir);
    struct film *film = film_read(path);
    assert_int_equal(film->frames[1].time, 21599 * INT64_C(90000) + 3600);
    film_free(film);
    session_end(&s);
}

int main(void)
{
    set_zone("UTC");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reserve_has_a_default),
        cmocka_unit_test(the_reserve_ends_recording_and_room_resumes_it),
        cmocka_unit_test(a_full_disk_harms_nothing),
        cmocka_unit_test(without_room_for_the_index_the_part_stays),
        cmocka_unit_test(files_without_a_frame_vanish),
        cmocka_unit_test(a_small_tmpfs_runs_full_and_is_emptied),
        cmocka_unit_test(two_recorders_share_a_directory),
        cmocka_unit_test(a_clock_set_back_overwrites_nothing),
        cmocka_unit_test(holes_of_hours_are_kept),
        cmocka_unit_test(an_hour_that_comes_twice_has_two_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
