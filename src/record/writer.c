/* SPDX-License-Identifier: MIT */
#include "record/writer.h"

#include <errno.h>
#include <unistd.h>

#include "record/transcode.h"
#include "util/alloc.h"

struct writer {
    int fd;
    struct mp4 *mp4;
    struct transcode *transcode; /* NULL: copy */
    struct closer_job job;
};

static int on_packet(void *ctx, const uint8_t *bytes, size_t len, int64_t time, int key)
{
    struct writer *w = ctx;
    return mp4_write(w->mp4, bytes, len, time, key);
}

static int open_file(struct writer *w, const struct writer_settings *s)
{
    struct mp4_settings mp4 = {
        .codec = s->codec,
        .width = s->width,
        .height = s->height,
        .start_wall_us = s->start_wall_us,
        .title = s->stream,
        .disk = s->disk,
    };
    if (s->codec != MP4_JPEG) {
        int rc = transcode_open(s->codec, s->width, s->height, on_packet, w, &w->transcode);
        if (rc < 0)
            return rc;
        mp4.extradata = transcode_extradata(w->transcode, &mp4.extradata_len);
        mp4.width &= ~1u;
        mp4.height &= ~1u;
    }
    char stem[SEGMENT_STEM_MAX];
    segment_stem(s->name_template, s->stream, s->start_wall_us, stem, sizeof stem);
    int rc =
        segment_create(s->directory, stem, SEGMENT_MP4, w->job.part, sizeof w->job.part, &w->fd);
    return rc < 0 ? rc : mp4_open(w->fd, &mp4, &w->mp4);
}

int writer_open(const struct writer_settings *s, struct writer **out)
{
    struct writer *w = mem_zero(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->fd = -1;
    int rc = open_file(w, s);
    if (rc < 0) {
        transcode_close(w->transcode);
        if (w->fd >= 0) {
            unlink(w->job.part); /* ours, locked, and without a single frame */
            close(w->fd);
        }
        mem_free(w);
        return rc;
    }
    *out = w;
    return 0;
}

int writer_add(struct writer *w, const uint8_t *jpeg, size_t len, int64_t time)
{
    if (w->transcode)
        return transcode_frame(w->transcode, jpeg, len, time);
    return on_packet(w, jpeg, len, time, 1);
}

int writer_flush(struct writer *w)
{
    return mp4_flush(w->mp4);
}

int writer_close(struct writer *w, int64_t end_time, struct closer *closer, struct mp4_total *total)
{
    int rc = w->transcode ? transcode_drain(w->transcode) : 0;
    transcode_close(w->transcode);
    int closed = mp4_close(w->mp4, end_time, total);
    w->job.fd = w->fd;
    closer_finish(closer, &w->job);
    mem_free(w);
    return rc < 0 ? rc : closed;
}

int writer_fd(const struct writer *w)
{
    return w->fd;
}

const char *writer_path(const struct writer *w)
{
    return w->job.part;
}

uint64_t writer_bytes(const struct writer *w)
{
    return mp4_bytes(w->mp4);
}
