/* SPDX-License-Identifier: MIT */
/* Finishing what is large: past 4 GiB, past 13 hours, thousands of frames. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/box.h"
#include "record/finish.h"
#include "record/mp4.h"
#include "unit/film.h"
#include "util/err.h"

static char dir[256];
static char path[300];
static struct frame *pictures[2];

static struct mp4 *begin(int fd)
{
    struct mp4 *m;
    const struct mp4_settings s = {.codec = MP4_JPEG,
                                   .width = FILM_WIDTH,
                                   .height = FILM_HEIGHT,
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

/* Appends a fragment of one sample by hand, whose data may be a hole. */
static void append(int fd, uint64_t ticks_before, uint32_t ticks, uint32_t bytes,
                   const uint8_t *data)
{
    struct box_out out = {0};
    size_t moof = box_begin(&out, BOX('m', 'o', 'o', 'f'));
    size_t mfhd = box_begin(&out, BOX('m', 'f', 'h', 'd'));
    box_put64(&out, 1);
    box_end(&out, mfhd);
    size_t traf = box_begin(&out, BOX('t', 'r', 'a', 'f'));
    size_t tfhd = box_begin(&out, BOX('t', 'f', 'h', 'd'));
    box_put32(&out, 0x020000);
    box_put32(&out, 1);
    box_end(&out, tfhd);
    size_t tfdt = box_begin(&out, BOX('t', 'f', 'd', 't'));
    box_put32(&out, UINT32_C(1) << 24);
    box_put64(&out, ticks_before);
    box_end(&out, tfdt);
    size_t trun = box_begin(&out, BOX('t', 'r', 'u', 'n'));
    box_put32(&out, 0x000301);
    box_put32(&out, 1);
    size_t offset = out.len;
    box_put32(&out, 0);
    box_put32(&out, ticks);
    box_put32(&out, bytes);
    box_end(&out, trun);
    box_end(&out, traf);
    box_end(&out, moof);
    box_patch32(&out, offset, (uint32_t)out.len + 8);
    box_put32(&out, bytes + 8);
    box_put32(&out, BOX('m', 'd', 'a', 't'));
    off_t at = lseek(fd, 0, SEEK_END);
    assert_int_equal(out.err, 0);
    assert_int_equal(disk_real.write_at(fd, out.bytes, out.len, at), 0);
    at += (off_t)out.len;
    if (data)
        assert_int_equal(disk_real.write_at(fd, data, bytes, at), 0);
    else
        assert_int_equal(ftruncate(fd, at + (off_t)bytes), 0);
    box_out_free(&out);
}

static void check_last(int samples, int64_t time, int64_t duration, const struct frame *last)
{
    int n;
    struct film_entry e = film_peek(path, samples - 1, &n);
    assert_int_equal(n, samples);
    assert_int_equal(e.time, time);
    assert_int_equal(e.file_duration, duration);
    assert_int_equal(e.bytes, last->len);
    uint8_t *bytes = malloc(last->len);
    int fd = open(path, O_RDONLY);
    assert_int_equal(box_pread(fd, bytes, last->len, (uint64_t)e.at), 0);
    assert_memory_equal(bytes, last->data, last->len);
    close(fd);
    free(bytes);
}

/* Just under 4 GiB, just over it, and well over it; the last picture is read back. */
static void files_past_4_gib_finish_right(void **state)
{
    static const struct {
        uint32_t holes, bytes;
        bool wide;
    } cases[] = {{4, 0x3ffff000, false}, {4, 0x3fffffff, true}, {9, 0x30000000, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int fd = create();
        mp4_close(begin(fd), 0, NULL);
        for (uint32_t k = 0; k < cases[i].holes; k++)
            append(fd, k * 3600, 3600, cases[i].bytes, NULL);
        append(fd, cases[i].holes * 3600, 3600, (uint32_t)pictures[0]->len, pictures[0]->data);
        struct finish_report report;
        assert_int_equal(finish_file(&disk_real, fd, &report), 0);
        check_last((int)cases[i].holes + 1, cases[i].holes * INT64_C(3600),
                   (cases[i].holes + 1) * INT64_C(3600), pictures[0]);
        struct box mdat;
        assert_int_equal(box_seek(fd, 0, report.bytes, BOX('m', 'd', 'a', 't'), &mdat), 0);
        assert_int_equal(mdat.head, cases[i].wide ? 16 : 8);
        close(fd);
    }
}

static void files_past_13_hours_finish_right(void **state)
{
    static const uint64_t hours[] = {13, 14, 24, 200};
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        const uint32_t hour = 3600u * 90000u;
        int fd = create();
        mp4_close(begin(fd), 0, NULL);
        for (uint64_t h = 0; h < hours[i]; h++)
            append(fd, h * hour, hour, (uint32_t)pictures[1]->len, pictures[1]->data);
        struct finish_report report;
        assert_int_equal(finish_file(&disk_real, fd, &report), 0);
        assert_in_range((uint64_t)report.seconds, hours[i] * 3600, hours[i] * 3600);
        check_last((int)hours[i], (int64_t)((hours[i] - 1) * hour), (int64_t)(hours[i] * hour),
                   pictures[1]);
        close(fd);
    }
}

static uint64_t written;

static int counted_write_at(int fd, const void *bytes, size_t len, off_t at)
{
    written += len;
    return disk_real.write_at(fd, bytes, len, at);
}

/* Ten minutes at 30/s: nothing but tables is written, and quickly. */
static void finishing_copies_no_picture(void **state)
{
    enum { MANY = 18000 };
    struct disk counting = disk_real;
    counting.write_at = counted_write_at;
    int fd = create();
    struct mp4 *m = begin(fd);
    for (int k = 0; k < MANY; k++)
        assert_int_equal(mp4_write(m, pictures[0]->data, 1000, k * 3000, 1), 0);
    assert_int_equal(mp4_close(m, MANY * 3000, NULL), 0);
    struct finish_report report;
    struct timespec began, ended;
    written = 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &began);
    assert_int_equal(finish_file(&counting, fd, &report), 0);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    double took = (double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)ended.tv_nsec -
                  1e-9 * (double)began.tv_nsec;
    print_message("%d frames: %.3f s, %llu bytes written\n", (int)MANY, took,
                  (unsigned long long)written);
    assert_int_equal(report.frames, MANY);
    assert_true(written < MANY * 5);
    assert_true(took < 1.0);
    close(fd);
}

/* What a hole between two fragments' times is: the picture before it stands still. */
static void a_gap_lengthens_the_picture_before_it(void **state)
{
    int fd = create();
    mp4_close(begin(fd), 0, NULL);
    append(fd, 0, 3600, (uint32_t)pictures[0]->len, pictures[0]->data);
    append(fd, 90000, 3600, (uint32_t)pictures[1]->len, pictures[1]->data);
    struct finish_report report;
    assert_int_equal(finish_file(&disk_real, fd, &report), 0);
    check_last(2, 90000, 93600, pictures[1]);
    close(fd);
    fd = create();
    mp4_close(begin(fd), 0, NULL);
    append(fd, 0, 3600, (uint32_t)pictures[0]->len, pictures[0]->data);
    append(fd, 3599, 3600, (uint32_t)pictures[1]->len, pictures[1]->data);
    assert_int_equal(finish_file(&disk_real, fd, &report), ERR_FORMAT);
    close(fd);
}

static int set_up(void **state)
{
    scratch_make(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/film.mp4.part", dir);
    struct camera *camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    for (uint32_t k = 0; k < 2; k++)
        pictures[k] = camera_frame(camera, k, k * 40000, 0);
    camera_free(camera);
    return 0;
}

static int tear_down(void **state)
{
    for (uint32_t k = 0; k < 2; k++)
        frame_unref(&pictures[k]);
    scratch_remove(dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_past_4_gib_finish_right),
        cmocka_unit_test(files_past_13_hours_finish_right),
        cmocka_unit_test(finishing_copies_no_picture),
        cmocka_unit_test(a_gap_lengthens_the_picture_before_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
