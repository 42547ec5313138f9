/* SPDX-License-Identifier: MIT */
/* bench_record [DIRECTORY]: what recording costs. CPU of the recorder's threads for each frame of
 * 640x480 and codec; finishing a file of ten minutes and some 450 MB, with the bytes that were
 * written for it; looking through 10 000 recordings and deleting half. Needs about 1 GB in
 * DIRECTORY ($TMPDIR or /tmp), which is emptied again. */
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "record/finish.h"
#include "record/mp4.h"
#include "record/recorder.h"
#include "record/retention.h"
#include "util/log.h"
#include "util/mono.h"

/* Where a file of ten minutes begins, so that it is full after FILM_FRAMES. */
#define FIRST_WALL_US INT64_C(1780000200000000)

enum {
    WIDTH = 640,
    HEIGHT = 480,
    QUALITY = 85,
    FPS = 25,
    FILM_FRAMES = 600 * FPS,
    FILM_BYTES = 446000000 / FILM_FRAMES,
    RECORDED = 500, /* frames, in the queue all at once */
    LIVE = 50,
    FILES = 10000,
};

static char dir[512];

static void require(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench_record: %s: %d\n", what, r);
    exit(1);
}

static double ms_since(uint64_t then_ns)
{
    return (double)(mono_ns() - then_ns) / 1e6;
}

static double cpu_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* What this process handed to write() so far; 0 where the kernel does not tell. */
static uint64_t bytes_written(void)
{
    char line[128];
    uint64_t bytes = 0;
    FILE *f = fopen("/proc/self/io", "r");

    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "wchar: %" SCNu64, &bytes) == 1)
            break;
    if (f)
        fclose(f);
    return bytes;
}

static struct frame *draw(struct testcard *card, struct mjpeg_enc *enc, struct frame_pool *pool,
                          uint32_t number)
{
    struct frame *raw, *jpeg;
    uint64_t capture_us = UINT64_C(1000000) + number * UINT64_C(40000);

    require(testcard_draw(card, number, capture_us, wall_us(), pool, &raw), "draw");
    require(mjpeg_enc_frame(enc, raw, QUALITY, pool, &jpeg), "encode");
    jpeg->capture_us = jpeg->arrival_us = capture_us;
    jpeg->wall_us = FIRST_WALL_US + (int64_t)number * 40000;
    frame_unref(&raw);
    return jpeg;
}

/* Waits for the file as well: what the closer does counts. */
static void record(struct frame **frame, enum recorder_codec codec, const char *name)
{
    const struct recorder_settings set = {
        .directory = dir, .stream = name, .segment_ms = 24 * 3600 * 1000, .codec = codec};
    struct recorder_status last;
    struct recorder *r;
    double cpu = cpu_ms();

    require(recorder_start(&set, &r), "recorder");
    for (int i = 0; i < RECORDED; i++)
        recorder_push(r, frame[i]);
    recorder_stop(r, &last);
    printf("%-34s %8.3f ms CPU a frame, %.1f kB a frame, %" PRIu64 " dropped\n", name,
           (cpu_ms() - cpu) / RECORDED, (double)last.bytes / RECORDED / 1e3, last.dropped);
}

static void bench_recorder(void)
{
    static struct frame *frame[RECORDED];
    struct frame_pool *pool;
    struct testcard *card;
    struct mjpeg_enc *enc;

    require(frame_pool_new(RECORDED + 8, &pool), "pool");
    require(testcard_new(WIDTH, HEIGHT, "bench", &card), "card");
    require(mjpeg_enc_new(&enc), "encoder");
    for (uint32_t i = 0; i < RECORDED; i++)
        frame[i] = draw(card, enc, pool, i);
    record(frame, RECORDER_COPY, "copy");
    record(frame, RECORDER_H264, "h264");
    record(frame, RECORDER_MPEG4, "mpeg4");
    for (int i = 0; i < RECORDED; i++)
        frame_unref(&frame[i]);
    mjpeg_enc_free(enc);
    testcard_free(card);
    frame_pool_free(pool);
}

/* Packets that only look like pictures: nobody decodes them here. */
static int make_film(const char *path, int frames, size_t bytes)
{
    const struct mp4_settings set = {.codec = MP4_JPEG,
                                     .width = WIDTH,
                                     .height = HEIGHT,
                                     .start_wall_us = wall_us(),
                                     .title = "bench",
                                     .disk = &disk_real};
    uint8_t *packet = calloc(1, bytes);
    struct mp4 *m;

    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    require(packet && fd >= 0 ? 0 : -1, path);
    require(mp4_open(fd, &set, &m), "mp4_open");
    for (int i = 0; i < frames; i++)
        require(mp4_write(m, packet, bytes, (int64_t)i * MP4_TICKS / FPS, 1), "mp4_write");
    require(mp4_close(m, (int64_t)frames * MP4_TICKS / FPS, NULL), "mp4_close");
    free(packet);
    return fd;
}

static void bench_finish(void)
{
    struct finish_report report;
    char path[600];

    snprintf(path, sizeof(path), "%s/long.mp4.part", dir);
    int fd = make_film(path, FILM_FRAMES, FILM_BYTES);
    fsync(fd); /* as the closer does every few seconds while it grows */
    uint64_t written = bytes_written(), then = mono_ns();
    require(finish_file(&disk_real, fd, &report), "finish");
    double ms = ms_since(then);
    printf("%-34s %8.1f ms, %" PRIu64 " kB written for %.1f MB\n", "finish 10 minutes", ms,
           (bytes_written() - written) / 1000, (double)report.bytes / 1e6);
    close(fd);
    unlink(path);
}

static struct frame *twin(struct frame_pool *pool, const struct frame *of, uint32_t number)
{
    struct frame *f;

    require(frame_new(pool, of->len, &f), "frame");
    memcpy(f->data, of->data, of->len);
    f->len = of->len;
    f->format = of->format;
    f->width = of->width;
    f->height = of->height;
    frame_copy_facts(f, of);
    f->number = number;
    f->capture_us = f->arrival_us = UINT64_C(1000000) + number * UINT64_C(40000);
    f->wall_us = FIRST_WALL_US + (int64_t)number * 40000;
    return f;
}

static void push_twin(struct recorder *r, struct frame_pool *pool, const struct frame *of,
                      uint32_t number)
{
    struct frame *f = twin(pool, of, number);

    recorder_push(r, f);
    frame_unref(&f);
}

static uint64_t queued(struct recorder *r)
{
    struct recorder_status st;

    recorder_status(r, &st);
    return st.queued_frames;
}

/* Ten minutes go to a file as fast as the disk takes them; then frames come every 40 ms while that
 * file is cut off and finished. The queue is looked at every millisecond. */
static void bench_cut(void)
{
    const struct recorder_settings set = {
        .directory = dir, .stream = "cut", .segment_ms = 600 * 1000, .codec = RECORDER_COPY};
    uint64_t most = 0, now;
    struct recorder_status last;
    struct frame_pool *pool;
    struct testcard *card;
    struct mjpeg_enc *enc;
    struct recorder *r;
    uint32_t i;

    require(frame_pool_new(64, &pool), "pool");
    require(testcard_new(WIDTH, HEIGHT, "bench", &card), "card");
    require(mjpeg_enc_new(&enc), "encoder");
    struct frame *jpeg = draw(card, enc, pool, 0);
    require(recorder_start(&set, &r), "recorder");
    for (i = 0; i < FILM_FRAMES; i++) {
        while (queued(r) >= 32)
            usleep(200);
        push_twin(r, pool, jpeg, i);
    }
    while (queued(r) > 0)
        usleep(200);
    for (; i < FILM_FRAMES + LIVE; i++) {
        push_twin(r, pool, jpeg, i);
        for (int ms = 0; ms < 1000 / FPS; ms++) {
            usleep(1000);
            now = queued(r);
            most = now > most ? now : most;
        }
    }
    recorder_stop(r, &last);
    printf("%-34s %8" PRIu64 " frames at most in the queue, %.1f MB, %" PRIu64 " dropped\n",
           "while ten minutes are finished", most, (double)last.bytes / 1e6, last.dropped);
    frame_unref(&jpeg);
    mjpeg_enc_free(enc);
    testcard_free(card);
    frame_pool_free(pool);
}

static void copy_film(const uint8_t *film, size_t len, int i)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/many/%05d.mp4", dir, i);
    FILE *f = fopen(path, "wx");
    require(f && fwrite(film, 1, len, f) == len && fclose(f) == 0 ? 0 : -1, path);
}

static size_t small_film(uint8_t *film, size_t cap)
{
    struct finish_report report;
    char path[600];

    snprintf(path, sizeof(path), "%s/small.mp4", dir);
    int fd = make_film(path, 5, 400);
    require(finish_file(&disk_real, fd, &report), "finish");
    ssize_t len = pread(fd, film, cap, 0);
    require(len > 0 && (size_t)len < cap ? 0 : -1, path);
    close(fd);
    unlink(path);
    return (size_t)len;
}

static void bench_retention(void)
{
    static uint8_t film[64 * 1024];
    struct retention_limits limits = {.size_bytes = UINT64_MAX};
    struct retention_report report;
    char path[600];

    size_t len = small_film(film, sizeof(film));
    snprintf(path, sizeof(path), "%s/many", dir);
    require(mkdir(path, 0777), path);
    for (int i = 0; i < FILES; i++)
        copy_film(film, len, i);
    uint64_t then = mono_ns();
    require(retention_sweep(&disk_real, path, &limits, wall_us(), &report), "sweep");
    printf("%-34s %8.1f ms\n", "look through 10 000 recordings", ms_since(then));
    limits.size_bytes = report.kept_bytes / 2;
    then = mono_ns();
    require(retention_sweep(&disk_real, path, &limits, wall_us(), &report), "sweep");
    printf("%-34s %8.1f ms, %u deleted\n", "and delete half of them", ms_since(then),
           report.deleted);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    return remove(path);
}

int main(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(dir, sizeof(dir), "%s/camwall-bench-XXXXXX", argc > 1 ? argv[1] : tmp ? tmp : "/tmp");
    if (!mkdtemp(dir)) {
        perror(dir);
        return 1;
    }
    const struct log_settings silent = {.least = LOG_LEVEL_ERROR, .to_stderr = true};
    require(log_open(&silent), "log");
    bench_recorder();
    bench_finish();
    bench_cut();
    bench_retention();
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1;
}
