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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/box.h"
#include "record/finish.h"
#include "record/mp4.h"
#include "unit/film.h"
#include "util/err.h"

enum { FRAMES = 40, WALL_S = 1795348800 };

static char dir[256];
static char path[300];
static struct frame *pictures[FRAMES];

static struct mp4 *begin(int fd)
{
    struct mp4 *m;
    const struct mp4_settings s = {.codec = MP4_JPEG,
                                   .width = FILM_WIDTH,
                                   .height = FILM_HEIGHT,
                                   .start_wall_us = WALL_S * INT64_C(1000000),
                                   .title = "front",
                                   .disk = &disk_real};
    assert_int_equal(mp4_open(fd, &s, &m), 0);
    return m;
}

static int create(void)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    return fd;
}

/* 40 frames in fragments of half a second; the 30th lasts 1 s. */
static int64_t time_of(int k)
{
    return k * INT64_C(3600) + (k >= 30 ? 86400 : 0) + (k % 3);
}

static int record(void)
{
    int fd = create();
    struct mp4 *m = begin(fd);
    for (int k = 0; k < FRAMES; k++)
        assert_int_equal(mp4_write(m, pictures[k]->data, pictures[k]->len, time_of(k), 1), 0);
    struct mp4_total total;
    assert_int_equal(mp4_close(m, time_of(FRAMES - 1) + 3600, &total), 0);
    assert_int_equal(total.frames, FRAMES);
    return fd;
}

static void check_film(size_t frames)
{
    struct film *film = film_read(path);
    assert_int_equal(film->errors, 0);
    assert_int_equal(film->n, frames);
    for (size_t k = 0; k < frames; k++) {
        assert_int_equal(film->frames[k].number, k);
        assert_int_equal(film->frames[k].time, time_of((int)k));
        assert_true(film->frames[k].hash == film_hash(pictures[k]->data, pictures[k]->len));
    }
    film_free(film);
}

static uint32_t box_types(int fd, uint32_t *types, size_t most)
{
    struct stat st;
    struct box box;
    uint32_t n = 0;
    assert_int_equal(fstat(fd, &st), 0);
    for (uint64_t at = 0; n < most && box_read(fd, at, (uint64_t)st.st_size, &box) == 0;
         at += box.size)
        types[n++] = box.type;
    return n;
}

static void a_finished_file_is_an_ordinary_one(void **state)
{
    int fd = record();
    check_film(FRAMES);
    struct finish_report report;
    assert_int_equal(finish_file(&disk_real, fd, &report), 0);
    assert_int_equal(report.frames, FRAMES);
    assert_in_range((int64_t)(report.seconds * 90000 + 0.5), time_of(39) + 3600,
                    time_of(39) + 3600);
    check_film(FRAMES);
    uint32_t types[4];
    assert_int_equal(box_types(fd, types, 4), 3);
    assert_int_equal(types[1], BOX('m', 'd', 'a', 't'));
    assert_int_equal(types[2], BOX('m', 'o', 'o', 'v'));
    int n;
    struct film_entry e = film_peek(path, FRAMES - 1, &n);
    assert_int_equal(n, FRAMES);
    assert_int_equal(e.file_duration, time_of(39) + 3600);
    /* Once more changes nothing. */
    size_t len, len2;
    uint8_t *before = file_read(path, &len);
    assert_int_equal(finish_file(&disk_real, fd, &report), 0);
    assert_int_equal(report.frames, FRAMES);
    uint8_t *after = file_read(path, &len2);
    assert_int_equal(len, len2);
    assert_memory_equal(before, after, len);
    free(before);
    free(after);
    close(fd);
}

static void a_finished_file_keeps_mark_and_times(void **state)
{
    int fd = record();
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000}};
    assert_int_equal(futimens(fd, times), 0);
    struct finish_report report;
    assert_int_equal(finish_file(&disk_real, fd, &report), 0);
    struct stat st;
    fstat(fd, &st);
    assert_int_equal(st.st_mtim.tv_sec, 1000000);
    char start[40];
    assert_true(finish_is_ours(fd));
    finish_start_time(fd, start, sizeof start);
    assert_string_equal(start, "2026-11-22T12:00:00.000+00:00");
    close(fd);
}

/* Where fragments end, and how many frames come before. */
struct ends {
    size_t n;
    uint64_t at[16];
    size_t frames[16];
    uint64_t moov_end;
};

static struct ends find_ends(int fd)
{
    static const size_t frames[] = {13, 26, 30, 40};
    struct ends e = {0};
    struct stat st;
    struct box box;
    fstat(fd, &st);
    for (uint64_t at = 0; box_read(fd, at, (uint64_t)st.st_size, &box) == 0; at += box.size) {
        if (box.type == BOX('m', 'o', 'o', 'v'))
            e.moov_end = at + box.size;
        if (box.type == BOX('m', 'd', 'a', 't')) {
            assert_true(e.n < 4);
            e.frames[e.n] = frames[e.n];
            e.at[e.n++] = at + box.size;
        }
    }
    assert_int_equal(e.n, 4);
    assert_int_equal(e.at[3], st.st_size);
    return e;
}

static size_t frames_in(const struct ends *e, uint64_t len)
{
    size_t frames = 0;
    for (size_t i = 0; i < e->n; i++)
        if (e->at[i] <= len)
            frames = e->frames[i];
    return frames;
}

/* Cut off anywhere: whole fragments are kept, and a file without any is left as it is. */
static void a_torn_file_keeps_its_whole_fragments(void **state)
{
    int fd = record();
    size_t len;
    uint8_t *bytes = file_read(path, &len);
    struct ends ends = find_ends(fd);
    close(fd);
    size_t step = 1;
    for (size_t cut = 0; cut <= len; cut += step) {
        uint64_t border = ends.moov_end;
        for (size_t i = 0; i < ends.n && cut + 100 > border; i++)
            border = ends.at[i];
        bool near = cut + 12 > border || cut < ends.moov_end + 12;
        step = near ? 1 : 997;
        if (!near && cut + step > border - 12)
            step = border - 12 - cut > 0 ? (size_t)(border - 12 - cut) : 1;
        file_write(path, bytes, cut);
        fd = open(path, O_RDWR);
        struct finish_report report;
        size_t frames = frames_in(&ends, cut);
        int rc = finish_file(&disk_real, fd, &report);
        if (frames == 0) {
            struct stat st;
            assert_int_equal(rc, cut < ends.moov_end ? ERR_FORMAT : ERR_END);
            fstat(fd, &st);
            assert_int_equal(st.st_size, cut);
        } else {
            assert_int_equal(rc, 0);
            assert_int_equal(report.frames, frames);
        }
        close(fd);
        if (frames > 0 && step > 1)
            check_film(frames);
    }
    free(bytes);
}

static void a_tail_of_zeros_is_a_torn_end(void **state)
{
    static const uint8_t zeros[5000];
    int fd = record();
    struct finish_report report;
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, lseek(fd, 0, SEEK_END)), sizeof zeros);
    assert_int_equal(finish_file(&disk_real, fd, &report), 0);
    assert_int_equal(report.frames, FRAMES);
    check_film(FRAMES);
    close(fd);
}

static void what_is_damaged_or_foreign_is_left_alone(void **state)
{
    int fd = record();
    size_t len, len2;
    uint8_t *bytes = file_read(path, &len);
    struct ends ends = find_ends(fd);
    close(fd);
    for (int i = 0; i < 5; i++) {
        uint8_t *bad = malloc(len);
        memcpy(bad, bytes, len);
        switch (i) {
        case 0: /* the type of the second fragment */
            bad[ends.at[0] + 4] ^= 0x55;
            break;
        case 1: /* its size, too small */
            memset(bad + ends.at[0], 0, 4);
            break;
        case 2: /* the length of its first sample's list */
            memset(bad + ends.at[0] + 80, 0xff, 24);
            break;
        case 3: /* no MP4 at all */
            memset(bad, 'x', len);
            break;
        default: /* another box than ftyp */
            bad[4] = 'F';
        }
        file_write(path, bad, len);
        fd = open(path, O_RDWR);
        struct finish_report report;
        assert_int_equal(finish_file(&disk_real, fd, &report), ERR_FORMAT);
        close(fd);
        uint8_t *after = file_read(path, &len2);
        assert_int_equal(len, len2);
        assert_memory_equal(after, bad, len);
        free(after);
        free(bad);
    }
    free(bytes);
}

/* A disk that dies: call number dies_at does not happen, or (a write) only half of it. */
static int calls, dies_at;
static bool half;

static void maybe_die(void)
{
    if (++calls == dies_at && !half)
        _exit(9);
}

static int dying_write_at(int fd, const void *bytes, size_t len, off_t at)
{
    maybe_die();
    if (calls == dies_at) {
        disk_real.write_at(fd, bytes, len / 2, at);
        _exit(9);
    }
    return disk_real.write_at(fd, bytes, len, at);
}

static int dying_truncate(int fd, off_t len)
{
    maybe_die();
    return disk_real.truncate(fd, len);
}

static int dying_sync(int fd)
{
    maybe_die();
    return disk_real.sync(fd);
}

static const struct disk dying = {
    .write_at = dying_write_at, .truncate = dying_truncate, .sync = dying_sync};

/* Finishes in a child; true if it died on the way. */
static bool finish_in_child(int at, bool halfway)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        calls = 0;
        dies_at = at;
        half = halfway;
        struct finish_report report;
        int fd = open(path, O_RDWR);
        _exit(fd >= 0 && finish_file(&dying, fd, &report) == 0 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 9 || WEXITSTATUS(status) == 0));
    return WEXITSTATUS(status) == 9;
}

/* The 8 bytes that turn the header are one write within a sector: all of it or nothing. */
static void killed_between_any_two_calls_it_plays(void **state)
{
    close(record());
    size_t len, whole_len;
    uint8_t *fragmented = file_read(path, &len);
    uint8_t *torn = malloc(len + 300);
    memcpy(torn, fragmented, len);
    memcpy(torn + len, fragmented + len / 2, 300);
    memcpy(torn + len, "\0\1\0\0moof", 8); /* a fragment begun */
    file_write(path, torn, len + 300);
    assert_false(finish_in_child(0, false));
    uint8_t *whole = file_read(path, &whole_len);
    /* cut off, append, sync, turn, sync; and half of the appended moov */
    static const struct {
        int at;
        bool half;
    } deaths[] = {{1}, {2}, {3}, {4}, {5}, {2, true}};
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        file_write(path, torn, len + 300);
        assert_true(finish_in_child(deaths[i].at, deaths[i].half));
        check_film(FRAMES);
        assert_false(finish_in_child(6, false));
        size_t again_len;
        uint8_t *again = file_read(path, &again_len);
        assert_int_equal(again_len, whole_len);
        assert_memory_equal(again, whole, whole_len);
        free(again);
    }
    free(whole);
    free(torn);
    free(fragmented);
}

static int set_up(void **state)
{
    setenv("TZ", "UTC", 1);
    scratch_make(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/film.mp4.part", dir);
    struct camera *camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    for (uint32_t k = 0; k < FRAMES; k++)
        pictures[k] = camera_frame(camera, k, k * 40000, 0);
    camera_free(camera);
    return 0;
}

static int tear_down(void **state)
{
    for (uint32_t k = 0; k < FRAMES; k++)
        frame_unref(&pictures[k]);
    scratch_remove(dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finished_file_is_an_ordinary_one),
        cmocka_unit_test(a_finished_file_keeps_mark_and_times),
        cmocka_unit_test(a_torn_file_keeps_its_whole_fragments),
        cmocka_unit_test(a_tail_of_zeros_is_a_torn_end),
        cmocka_unit_test(what_is_damaged_or_foreign_is_left_alone),
        cmocka_unit_test(killed_between_any_two_calls_it_plays),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
