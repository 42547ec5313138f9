/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/mp4.h"
#include "record/recorder.h"
#include "record/recover.h"
#include "record/segment.h"
#include "unit/film.h"
#include "util/mono.h"

#define S INT64_C(1000000)
enum { FRAMES = 200, INTERVAL_US = 40000 };

static struct frame *pictures[FRAMES];
static _Atomic uint32_t *taken; /* shared with children: frames that the recorder has taken */

/* In a child: records all pictures in files of 2 s, as fast as the recorder takes them. */
static _Noreturn void record_until_killed(const char *dir, enum recorder_codec codec)
{
    struct recorder *r;
    struct recorder_status now = {0};
    const struct recorder_settings s = {
        .directory = dir, .stream = "front", .segment_ms = 2000, .codec = codec};
    if (recorder_start(&s, &r) < 0)
        _exit(1);
    for (uint32_t k = 0; k < FRAMES; k++) {
        recorder_push(r, pictures[k]);
        while (now.frames + now.dropped <= k) {
            sched_yield();
            recorder_status(r, &now);
        }
        atomic_store(taken, k + 1);
    }
    recorder_stop(r, NULL);
    _exit(0);
}

static uint32_t rnd(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Kills it once it has taken so many frames, and then a little later. Returns what it had taken. */
static uint32_t record_and_kill(const char *dir, enum recorder_codec codec, uint32_t *seed)
{
    uint32_t target = 14 + rnd(seed) % (FRAMES - 14), spins = rnd(seed) % 20000;
    atomic_store(taken, 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        record_until_killed(dir, codec);
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    while (atomic_load(taken) < target && mono_ns() < deadline)
        sched_yield();
    for (volatile uint32_t i = 0; i < spins; i++)
        ;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    uint32_t had = atomic_load(taken);
    assert_true(had >= target);
    return had;
}

static struct recover_summary recover(const char *dir)
{
    struct recover_summary summary;
    const struct recover_settings s = {.directory = dir};
    assert_int_equal(recover_directory(&s, &summary), 0);
    return summary;
}

/* Every number from 0 on once, in files that decode without an error. */
static uint32_t count_frames(const char *dir)
{
    char **names = scratch_list(dir, "front");
    uint32_t number = 0;
    for (size_t i = 0; names[i]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/front/%s", dir, names[i]);
        if (strstr(names[i], ".part"))
            continue; /* of no frame at all */
        struct film *film = film_read(path);
        assert_int_equal(film->errors, 0);
        assert_true(film->n > 0);
        for (size_t k = 0; k < film->n; k++)
            assert_int_equal(film->frames[k].number, number++);
        film_free(film);
    }
    scratch_list_free(names);
    return number;
}

struct kills {
    enum recorder_codec codec;
    int times;
};

static void killed_at_any_moment_it_loses_a_second_at_most(void **state)
{
    const struct kills *kills = *state;
    uint32_t seed = 20261122u + kills->codec, most = 0;
    for (int i = 0; i < kills->times; i++) {
        char dir[256];
        scratch_make(dir, sizeof dir);
        uint32_t had = record_and_kill(dir, kills->codec, &seed);
        struct recover_summary summary = recover(dir);
        assert_int_equal(summary.failed + summary.busy + summary.foreign, 0);
        uint32_t kept = count_frames(dir);
        uint32_t lost = kept < had ? had - kept : 0;
        most = lost > most ? lost : most;
        assert_in_range(lost * INTERVAL_US, 0, 1 * S);
        assert_int_equal(recover(dir).finished, 0);
        scratch_remove(dir);
    }
    print_message("at most %u frames lost\n", most);
}

/* A part with all frames in it, as a crash leaves it. */
static void leave(const char *dir, const char *stem)
{
    char part[SEGMENT_PATH_MAX];
    struct mp4 *m;
    int fd;
    const struct mp4_settings s = {.codec = MP4_JPEG,
                                   .width = FILM_WIDTH,
                                   .height = FILM_HEIGHT,
                                   .title = "front",
                                   .disk = &disk_real};
    assert_int_equal(segment_create(dir, stem, SEGMENT_MP4, part, sizeof part, &fd), 0);
    assert_int_equal(mp4_open(fd, &s, &m), 0);
    for (int k = 0; k < 30; k++)
        assert_int_equal(mp4_write(m, pictures[k]->data, pictures[k]->len, k * 3600, 1), 0);
    assert_int_equal(mp4_close(m, 30 * 3600, NULL), 0);
    close(fd);
}

static void an_open_file_is_left_to_its_writer(void **state)
{
    char dir[256];
    struct recorder *r;
    scratch_make(dir, sizeof dir);
    const struct recorder_settings s = {
        .directory = dir, .stream = "front", .segment_ms = 86400000};
    assert_int_equal(recorder_start(&s, &r), 0);
    struct recorder_status now = {0};
    for (uint32_t k = 0; k < 60; k++)
        recorder_push(r, pictures[k]);
    for (uint64_t deadline = mono_ns() + 60 * NS_PER_S; now.frames < 60 && mono_ns() < deadline;)
        recorder_status(r, &now);
    struct recover_summary summary = recover(dir);
    assert_int_equal(summary.busy, 1);
    assert_int_equal(summary.finished, 0);
    recorder_stop(r, NULL);
    assert_int_equal(count_frames(dir), 60);
    scratch_remove(dir);
}

static void foreign_and_damaged_files_stay_as_they_are(void **state)
{
    char dir[256], path[300], target[300];
    scratch_make(dir, sizeof dir);
    leave(dir, "linked");
    snprintf(path, sizeof path, "%s/linked.mp4.part", dir);
    snprintf(target, sizeof target, "%s/elsewhere", dir);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0); /* to a recoverable file */
    leave(dir, "damaged");
    snprintf(path, sizeof path, "%s/damaged.mp4.part", dir);
    size_t len, len2, link_len;
    uint8_t *bytes = file_read(path, &len), *link_bytes = file_read(target, &link_len);
    uint8_t *moof = memmem(bytes, len, "moof", 4);
    assert_non_null(moof);
    moof = memmem(moof + 4, len - (size_t)(moof + 4 - bytes), "moof", 4);
    assert_non_null(moof); /* the second fragment */
    *moof = 'n';
    file_write(path, bytes, len);
    /* Somebody's download: everything but the mark. */
    char foreign[300];
    snprintf(foreign, sizeof foreign, "%s/foreign.mp4.part", dir);
    uint8_t *copy = malloc(len);
    memcpy(copy, bytes, len);
    uint8_t *mark = memmem(copy, len, MP4_MARK, strlen(MP4_MARK));
    assert_non_null(mark);
    *mark = 'C';
    file_write(foreign, copy, len);
    snprintf(foreign, sizeof foreign, "%s/empty.mp4.part", dir);
    file_write(foreign, "", 0);

    struct recover_summary summary = recover(dir);
    assert_int_equal(summary.finished, 0);
    assert_int_equal(summary.foreign, 1);
    assert_int_equal(summary.empty, 1);
    assert_int_equal(summary.failed, 1);
    uint8_t *after = file_read(path, &len2);
    assert_int_equal(len2, len);
    assert_memory_equal(after, bytes, len);
    uint8_t *link_after = file_read(target, &len2);
    assert_memory_equal(link_after, link_bytes, link_len);
    free(after);
    free(bytes);
    free(copy);
    free(link_bytes);
    free(link_after);
    scratch_remove(dir);
}

static void several_at_once_finish_each_file_once(void **state)
{
    char dir[256], sub[300];
    int finished = 0;
    pid_t pids[4];
    scratch_make(dir, sizeof dir);
    snprintf(sub, sizeof sub, "%s/front", dir);
    assert_int_equal(mkdir(sub, 0700), 0);
    for (int i = 0; i < 12; i++)
        leave(i % 2 ? sub : dir, "same");
    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit((int)recover(dir).finished);
    }
    for (int i = 0; i < 4; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status));
        finished += WEXITSTATUS(status);
    }
    finished += (int)recover(dir).finished; /* what was busy just then */
    assert_int_equal(finished, 12);
    char **names = scratch_list(dir, "front");
    for (int i = 0; i < 6; i++)
        assert_non_null(strstr(names[i], ".mp4"));
    assert_null(names[6]);
    scratch_list_free(names);
    scratch_remove(dir);
}

static void on_progress(void *ctx, const char *path, int rc, unsigned done, unsigned total)
{
    unsigned *seen = ctx;
    assert_int_equal(done, ++*seen);
    assert_int_equal(total, 3);
    assert_int_equal(rc, 0);
    assert_non_null(strstr(path, ".mp4.part"));
}

static void progress_is_told(void **state)
{
    char dir[256];
    unsigned seen = 0;
    struct recover_summary summary;
    scratch_make(dir, sizeof dir);
    for (int i = 0; i < 3; i++)
        leave(dir, "a");
    const struct recover_settings s = {.directory = dir, .progress = on_progress, .ctx = &seen};
    assert_int_equal(recover_directory(&s, &summary), 0);
    assert_int_equal(seen, 3);
    assert_int_equal(summary.frames, 90);
    scratch_remove(dir);
}

static void a_recovered_file_takes_no_other_name(void **state)
{
    char dir[256], other[300];
    size_t len;
    scratch_make(dir, sizeof dir);
    leave(dir, "a");
    snprintf(other, sizeof other, "%s/a.mp4", dir);
    file_write(other, "mine", 4);
    assert_int_equal(recover(dir).finished, 1);
    uint8_t *bytes = file_read(other, &len);
    assert_int_equal(len, 4);
    free(bytes);
    char **names = scratch_list(dir, "");
    assert_string_equal(names[1], "a_2.mp4");
    scratch_list_free(names);
    scratch_remove(dir);
}

static void a_missing_directory_is_told(void **state)
{
    struct recover_summary summary;
    const struct recover_settings s = {.directory = "/nowhere/at/all"};
    assert_int_equal(recover_directory(&s, &summary), -ENOENT);
}

static int set_up(void **state)
{
    setenv("TZ", "UTC", 1);
    taken = mmap(NULL, sizeof *taken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(taken != MAP_FAILED);
    struct camera *camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    int64_t wall = (wall_us() / (2 * S) + 1) * 2 * S + 500000;
    for (uint32_t k = 0; k < FRAMES; k++)
        pictures[k] = camera_frame(camera, k, mono_us() + k * INTERVAL_US, wall + k * INTERVAL_US);
    camera_free(camera);
    return 0;
}

static int tear_down(void **state)
{
    for (uint32_t k = 0; k < FRAMES; k++)
        frame_unref(&pictures[k]);
    munmap(taken, sizeof *taken);
    return 0;
}

int main(void)
{
    static struct kills copy = {RECORDER_COPY, 100}, h264 = {RECORDER_H264, 20},
                        mpeg4 = {RECORDER_MPEG4, 20};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_file_is_left_to_its_writer),
        cmocka_unit_test(foreign_and_damaged_files_stay_as_they_are),
        cmocka_unit_test(several_at_once_finish_each_file_once),
        cmocka_unit_test(progress_is_told),
        cmocka_unit_test(a_recovered_file_takes_no_other_name),
        cmocka_unit_test(a_missing_directory_is_told),
        cmocka_unit_test_prestate(killed_at_any_moment_it_loses_a_second_at_most, &copy),
        cmocka_unit_test_prestate(killed_at_any_moment_it_loses_a_second_at_most, &h264),
        cmocka_unit_test_prestate(killed_at_any_moment_it_loses_a_second_at_most, &mpeg4),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
