/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
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

#include "record/recorder.h"
#include "record/segment.h"
#include "unit/film.h"
#include "util/mono.h"

#define S         INT64_C(1000000)
#define TICKS(us) ((int64_t)(us)*9 / 100)

/* A recording in a directory of its own, whose frames come as fast as they can be made but carry
 * the times of a camera that began at base_us. */
struct session {
    char dir[256];
    struct recorder *recorder;
    struct camera *camera;
    int64_t base_us;       /* wall; a whole even second, near now */
    uint64_t base_capture; /* camera's clock then */
    uint64_t hashes[512];  /* of the pictures, by number */
};

static void session_begin(struct session *s, enum recorder_codec codec, uint64_t segment_ms,
                          const struct disk *disk)
{
    memset(s, 0, sizeof *s);
    scratch_make(s->dir, sizeof s->dir);
    s->camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    s->base_us = (wall_us() / (2 * S) + 1) * 2 * S;
    s->base_capture = mono_us() + 77 * S;
    struct recorder_settings settings = {.directory = s->dir,
                                         .stream = "front",
                                         .segment_ms = segment_ms,
                                         .codec = codec,
                                         .disk = disk};
    assert_int_equal(recorder_start(&settings, &s->recorder), 0);
}

static void session_push(struct session *s, uint32_t number, int64_t us)
{
    struct frame *f =
        camera_frame(s->camera, number, s->base_capture + (uint64_t)us, s->base_us + us);
    s->hashes[number] = film_hash(f->data, f->len);
    recorder_push(s->recorder, f);
    frame_unref(&f);
}

static void session_end(struct session *s)
{
    if (s->recorder)
        recorder_stop(s->recorder, NULL);
    camera_free(s->camera);
    scratch_remove(s->dir);
}

static struct recorder_status session_stop(struct session *s)
{
    struct recorder_status last;
    recorder_stop(s->recorder, &last);
    s->recorder = NULL;
    return last;
}

static struct film *session_read(struct session *s, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/front/%s", s->dir, name);
    struct film *film = film_read(path);
    assert_int_equal(film->errors, 0);
    return film;
}

static void wait_for_state(struct recorder *r, enum recorder_state state)
{
    struct recorder_status now;
    uint64_t deadline = mono_ns() + 30 * NS_PER_S;
    do {
        recorder_status(r, &now);
        if (now.state == state)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    } while (mono_ns() < deadline);
    fail_msg("state %d, not %d: %s", (int)now.state, (int)state, now.error);
}

static void check_name(const char *name, int64_t start_us)
{
    char stem[SEGMENT_STEM_MAX], want[300];
    segment_stem(NULL, "front", start_us, stem, sizeof stem);
    snprintf(want, sizeof want, "%s.mp4", stem);
    assert_string_equal(name, want);
}

/* Black and white are those that players take them for: 16 and 235 where the codec says nothing. */
static void check_range(const struct film_frame *f, enum recorder_codec codec)
{
    int black = codec == RECORDER_MPEG4 ? 16 : 0, white = codec == RECORDER_MPEG4 ? 235 : 255;
    assert_in_range(f->darkest, black > 8 ? black - 8 : 0, black + 8);
    assert_in_range(f->brightest, white - 8, white + 8);
}

/* 6 s at 25/s from 0.5 s before a cut, in files of 2 s: 0.5 s, 2 s, 2 s, 1.5 s. */
static void every_frame_is_in_one_file(void **state)
{
    static const size_t counts[] = {13, 50, 50, 37};
    enum recorder_codec codec = *(const enum recorder_codec *)*state;
    struct session s;
    session_begin(&s, codec, 2000, NULL);
    for (uint32_t k = 0; k < 150; k++)
        session_push(&s, k, 1500000 + k * 40000);
    struct recorder_status last = session_stop(&s);
    assert_int_equal(last.frames, 150);
    assert_int_equal(last.dropped, 0);
    assert_int_equal(last.queued_frames, 0);
    assert_string_equal(last.segment, "");
    char **names = scratch_list(s.dir, "front");
    uint32_t number = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(names[i]);
        check_name(names[i], s.base_us + (i ? (int64_t)i * 2 * S : 1500000));
        struct film *film = session_read(&s, names[i]);
        assert_int_equal(film->n, counts[i]);
        assert_int_equal(film->duration, (int64_t)counts[i] * 3600);
        for (size_t k = 0; k < film->n; k++, number++) {
            assert_int_equal(film->frames[k].number, number);
            assert_int_equal(film->frames[k].time, (int64_t)k * 3600);
            check_range(&film->frames[k], codec);
            if (codec == RECORDER_COPY)
                assert_true(film->frames[k].hash == s.hashes[number]);
        }
        assert_true(film->frames[0].key);
        film_free(film);
    }
    assert_null(names[4]);
    scratch_list_free(names);
    session_end(&s);
}

static void irregular_times_and_holes_are_kept(void **state)
{
    static const int64_t us[] = {0, 33367, 66733, 100000, 250001, 3250000, 3290000, 3290001};
    enum recorder_codec codec = *(const enum recorder_codec *)*state;
    struct session s;
    session_begin(&s, codec, 86400000, NULL);
    for (uint32_t k = 0; k < 8; k++)
        session_push(&s, k, us[k]);
    session_stop(&s);
    char **names = scratch_list(s.dir, "front");
    struct film *film = session_read(&s, names[0]);
    assert_int_equal(film->n, 8);
    for (size_t k = 0; k < 7; k++)
        assert_in_range(film->frames[k].time + 1, TICKS(us[k]) + 1, TICKS(us[k]) + 2);
    assert_int_equal(film->frames[7].time, film->frames[6].time + 1);
    assert_int_equal(film->duration, film->frames[7].time + 1);
    film_free(film);
    scratch_list_free(names);
    session_end(&s);
}

static void another_size_begins_another_file(void **state)
{
    struct session s;
    session_begin(&s, RECORDER_COPY, 86400000, NULL);
    for (uint32_t k = 0; k < 10; k++) {
        if (k == 5) {
            camera_free(s.camera);
            s.camera = camera_new(200, 150);
        }
        session_push(&s, k, k * 40000);
    }
    session_stop(&s);
    char **names = scratch_list(s.dir, "front");
    const unsigned widths[] = {FILM_WIDTH, 200};
    for (size_t i = 0; i < 2; i++) {
        struct film *film = session_read(&s, names[i]);
        assert_int_equal(film->width, widths[i]);
        assert_int_equal(film->n, 5);
        assert_int_equal(film->duration, 18000);
        film_free(film);
    }
    assert_null(names[2]);
    scratch_list_free(names);
    session_end(&s);
}

static void a_bad_picture_is_left_out(void **state)
{
    struct session s;
    session_begin(&s, RECORDER_H264, 86400000, NULL);
    for (uint32_t k = 0; k < 10; k++) {
        struct frame *f =
            camera_frame(s.camera, k, s.base_capture + k * 40000, s.base_us + k * 40000);
        if (k == 0 || k == 4)
            memset(f->data, 0, f->len);
        recorder_push(s.recorder, f);
        frame_unref(&f);
    }
    struct recorder_status last = session_stop(&s);
    assert_int_equal(last.frames, 8);
    assert_int_equal(last.dropped, 2);
    char **names = scratch_list(s.dir, "front");
    struct film *film = session_read(&s, names[0]);
    assert_int_equal(film->n, 8);
    assert_int_equal(film->frames[0].number, 1);
    assert_int_equal(film->frames[0].time, 0);
    assert_int_equal(film->frames[3].time - film->frames[2].time, 7200);
    assert_int_equal(film->duration, 9 * 3600);
    film_free(film);
    scratch_list_free(names);
    session_end(&s);
}

/* The open file holds all but the fragment in the making and the packet held back. */
static void the_open_file_plays(void **state)
{
    struct session s;
    session_begin(&s, RECORDER_COPY, 86400000, NULL);
    for (uint32_t k = 0; k < 100; k++)
        session_push(&s, k, k * 40000);
    struct recorder_status now;
    uint64_t deadline = mono_ns() + 30 * NS_PER_S;
    do
        recorder_status(s.recorder, &now);
    while (now.frames < 100 && mono_ns() < deadline);
    assert_int_equal(now.frames, 100);
    assert_int_equal(now.state, RECORDER_RUNNING);
    assert_int_equal(now.began_wall_us, s.base_us);
    struct film *film = film_read(now.segment);
    assert_int_equal(film->errors, 0);
    assert_in_range(film->n, 100 - 14, 99);
    for (uint32_t k = 0; k < film->n; k++)
        assert_int_equal(film->frames[k].number, k);
    film_free(film);
    session_end(&s);
}

static void a_blocked_directory_is_a_state(void **state)
{
    struct session s;
    session_begin(&s, RECORDER_COPY, 86400000, NULL);
    char path[300];
    snprintf(path, sizeof path, "%s/front", s.dir);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    session_push(&s, 0, 0);
    wait_for_state(s.recorder, RECORDER_FAILED);
    struct recorder_status now;
    recorder_status(s.recorder, &now);
    assert_non_null(strstr(now.error, s.dir));
    assert_int_equal(now.dropped, 1);
    unlink(path);
    uint32_t k = 1;
    for (uint64_t deadline = mono_ns() + 30 * NS_PER_S;
         now.state != RECORDER_RUNNING && mono_ns() < deadline && k < 500; k++) {
        session_push(&s, k, k * 40000);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        recorder_status(s.recorder, &now);
    }
    assert_int_equal(now.state, RECORDER_RUNNING);
    assert_string_equal(now.error, "");
    session_end(&s);
}

/* A disk that writes only while the gate is open. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;

static int gated_write(int fd, const void *bytes, size_t len)
{
    pthread_mutex_lock(&gate_lock);
    pthread_mutex_unlock(&gate_lock);
    return disk_real.write(fd, bytes, len);
}

static void a_stalled_disk_costs_nothing_within_the_queue(void **state)
{
    struct disk stalled = disk_real;
    stalled.write = gated_write;
    struct session s;
    pthread_mutex_lock(&gate_lock);
    session_begin(&s, RECORDER_COPY, 86400000, &stalled);
    for (uint32_t k = 0; k < 200; k++)
        session_push(&s, k, k * 40000); /* 8 s */
    struct recorder_status now;
    recorder_status(s.recorder, &now);
    assert_true(now.queued_frames >= 199);
    pthread_mutex_unlock(&gate_lock);
    struct recorder_status last = session_stop(&s);
    assert_int_equal(last.frames, 200);
    assert_int_equal(last.dropped, 0);
    session_end(&s);
}

static void a_full_queue_drops_the_newest_and_counts(void **state)
{
    struct disk stalled = disk_real;
    stalled.write = gated_write;
    struct session s;
    pthread_mutex_lock(&gate_lock);
    session_begin(&s, RECORDER_COPY, 86400000, &stalled);
    struct frame *f = camera_frame(s.camera, 0, s.base_capture, s.base_us);
    for (int k = 0; k < 3000; k++)
        recorder_push(s.recorder, f);
    frame_unref(&f);
    pthread_mutex_unlock(&gate_lock);
    struct recorder_status last = session_stop(&s);
    assert_in_range(last.dropped, 3000 - 2048 - 1, 3000 - 2048);
    assert_int_equal(last.frames + last.dropped, 3000);
    session_end(&s);
}

int main(void)
{
    static enum recorder_codec copy = RECORDER_COPY, h264 = RECORDER_H264, mpeg4 = RECORDER_MPEG4;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_frame_is_in_one_file, &copy),
        cmocka_unit_test_prestate(every_frame_is_in_one_file, &h264),
        cmocka_unit_test_prestate(every_frame_is_in_one_file, &mpeg4),
        cmocka_unit_test_prestate(irregular_times_and_holes_are_kept, &copy),
        cmocka_unit_test_prestate(irregular_times_and_holes_are_kept, &h264),
        cmocka_unit_test_prestate(irregular_times_and_holes_are_kept, &mpeg4),
        cmocka_unit_test(another_size_begins_another_file),
        cmocka_unit_test(a_bad_picture_is_left_out),
        cmocka_unit_test(the_open_file_plays),
        cmocka_unit_test(a_blocked_directory_is_a_state),
        cmocka_unit_test(a_stalled_disk_costs_nothing_within_the_queue),
        cmocka_unit_test(a_full_queue_drops_the_newest_and_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
