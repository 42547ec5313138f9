/* SPDX-License-Identifier: MIT */
#include "record/reel.h"

#include <errno.h>
#include <string.h>

#include "record/closer.h"
#include "record/reel_log.h"
#include "record/segment.h"
#include "record/space.h"
#include "record/timeline.h"
#include "record/writer.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum {
    RETRY_S = 2,
    RETRY_MOST_S = 60, /* after failing again and again */
    SETTLED_S = 10,    /* a file that was open so long was no failure */
    SPACE_S = 1,
    LATE_US = 15 * 1000 * 1000, /* after a cut, how long its first frame may still come */
};

struct reel {
    char *directory, *stream, *name_template;
    enum recorder_codec codec;
    uint64_t reserve_bytes;
    const struct disk *disk;
    struct closer *closer;
    struct timeline line;
    struct writer *writer;   /* the open file, or NULL */
    struct mp4_total closed; /* in the files before it */
    uint64_t added;          /* frames given to the open one */
    uint64_t retry_ns;       /* no file before then */
    uint64_t opened_ns;      /* the latest file */
    unsigned retry_s;
    uint64_t space_ns; /* when to look at the disk again */
    bool spoiled;      /* a picture of this file could not be encoded */
    struct recorder_status status;
};

static void set_state(struct reel *r, enum recorder_state state, const char *error)
{
    r->status.state = state;
    text_copy(r->status.error, sizeof r->status.error, error);
    text_copy(r->status.segment, sizeof r->status.segment, r->writer ? writer_path(r->writer) : "");
}

/* No file for now; says why, once as long as it stays the same. */
static void stand_still(struct reel *r, enum recorder_state state, const char *error,
                        unsigned retry_s)
{
    bool same = state == r->status.state &&
                (state == RECORDER_DISK_FULL || strcmp(error, r->status.error) == 0);
    r->retry_ns = mono_ns() + retry_s * NS_PER_S;
    if (!same)
        reel_log_failed(r->stream, state == RECORDER_DISK_FULL, error);
    set_state(r, state, error);
}

static void fail(struct reel *r, int rc)
{
    bool full = rc == -ENOSPC || rc == -EDQUOT;
    char error[sizeof r->status.error];
    text_format(error, sizeof error, _("cannot write in %s: %s"), r->directory, err_str(rc));
    bool again = r->retry_s > 0 && mono_ns() - r->opened_ns < SETTLED_S * NS_PER_S;
    r->retry_s = again ? 2 * r->retry_s : RETRY_S;
    if (r->retry_s > RETRY_MOST_S)
        r->retry_s = RETRY_MOST_S;
    stand_still(r, full ? RECORDER_DISK_FULL : RECORDER_FAILED, error, r->retry_s);
}

/* Ends the open file at a time in it, for an error or (0) without. What was torn off it was not
 * recorded. */
static void end_file(struct reel *r, int64_t end, int error)
{
    if (!r->writer)
        return;
    struct mp4_total total = {0};
    closer_watch(r->closer, -1);
    int rc = writer_close(r->writer, end, r->closer, &total);
    r->writer = NULL;
    timeline_close(&r->line);
    r->closed.frames += total.frames;
    r->closed.bytes += total.bytes;
    r->status.dropped += r->added - total.frames;
    r->status.frames = r->closed.frames;
    r->status.bytes = r->closed.bytes;
    r->added = 0;
    if (error < 0 || rc < 0)
        fail(r, error < 0 ? error : rc);
    else
        set_state(r, RECORDER_IDLE, "");
}

/* Ends it one interval after its last frame. */
static void end_at_last(struct reel *r, int error)
{
    end_file(r, timeline_end(&r->line, NULL, TIMELINE_SAME), error);
}

/* Looks at the disk once a second; recording ends before it is full. */
static bool has_space(struct reel *r)
{
    uint64_t now = mono_ns(), available;
    if (r->writer && now < r->space_ns)
        return true;
    r->space_ns = now + SPACE_S * NS_PER_S;
    bool running = r->status.state != RECORDER_DISK_FULL;
    if (space_suffices(r->disk, r->directory, r->reserve_bytes, running, &available))
        return true;
    char error[sizeof r->status.error], left[24];
    text_format(error, sizeof error, _("the disk of %s is full but for the reserve: %s left"),
                r->directory, text_bytes(available, left));
    end_at_last(r, 0);
    stand_still(r, RECORDER_DISK_FULL, error, SPACE_S);
    return false;
}

static int open_writer(struct reel *r, const struct timeline_frame *f)
{
    static const enum mp4_codec codecs[] = {
        [RECORDER_COPY] = MP4_JPEG, [RECORDER_H264] = MP4_H264, [RECORDER_MPEG4] = MP4_MPEG4};
    char directory[SEGMENT_PATH_MAX];
    struct writer_settings s = {
        .codec = codecs[r->codec],
        .directory = directory,
        .stream = r->stream,
        .name_template = r->name_template,
        .width = f->width,
        .height = f->height,
        .start_wall_us = f->wall_us,
        .disk = r->disk,
    };
    int rc = segment_directory(r->directory, r->stream, directory, sizeof directory);
    return rc < 0 ? rc : writer_open(&s, &r->writer);
}

static bool begin_file(struct reel *r, const struct timeline_frame *f)
{
    if (mono_ns() < r->retry_ns || !has_space(r))
        return false;
    int rc = open_writer(r, f);
    if (rc < 0) {
        fail(r, rc);
        return false;
    }
    closer_watch(r->closer, writer_fd(r->writer));
    r->opened_ns = mono_ns();
    r->spoiled = false;
    if (r->status.state == RECORDER_DISK_FULL || r->status.state == RECORDER_FAILED)
        reel_log_resumed(r->stream, r->status.dropped);
    reel_log_opened(r->stream, writer_path(r->writer));
    set_state(r, RECORDER_RUNNING, "");
    return true;
}

static struct timeline_frame facts(const struct frame *f)
{
    uint64_t now = mono_us();
    uint64_t arrival = f->arrival_us ? f->arrival_us : now;
    return (struct timeline_frame){
        .capture_us = f->capture_us ? f->capture_us : arrival,
        .arrival_us = arrival,
        .wall_us = f->wall_us ? f->wall_us : wall_us() - (int64_t)(now - arrival),
        .width = f->width,
        .height = f->height,
        .history = f->history,
        .discontinuity = f->discontinuity,
    };
}

/* Puts the frame into the open file, which begins with it if it has none yet. */
static int add(struct reel *r, const struct frame *f, const struct timeline_frame *t)
{
    int64_t time = 0;
    if (r->line.open)
        time = timeline_add(&r->line, t);
    else
        timeline_begin(&r->line, t);
    int rc = writer_add(r->writer, f->data, f->len, time);
    if (rc == ERR_FORMAT && !r->spoiled) {
        reel_log_spoiled(r->stream);
        r->spoiled = true;
    }
    if (rc == ERR_FORMAT && time == 0)
        timeline_close(&r->line); /* the next one is the first */
    return rc;
}

static void count(struct reel *r, const struct timeline_frame *t, int rc)
{
    struct recorder_status *s = &r->status;
    uint64_t now = mono_us();
    if (rc < 0) {
        s->dropped++;
        return;
    }
    r->added++;
    s->frames = r->closed.frames + r->added;
    s->bytes = r->closed.bytes + writer_bytes(r->writer);
    s->latency_us = now > t->arrival_us ? now - t->arrival_us : 0;
    if (s->latency_us > s->latency_worst_us)
        s->latency_worst_us = s->latency_us;
    if (s->began_wall_us == 0)
        s->began_wall_us = r->line.start_wall_us;
}

/* Ends the open file if the frame belongs to another. */
static void cut(struct reel *r, const struct timeline_frame *t)
{
    enum timeline_verdict verdict = timeline_judge(&r->line, t);
    if (timeline_is_hole(&r->line, t))
        reel_log_hole(r->stream, timeline_gap_us(&r->line, t));
    if (verdict == TIMELINE_SAME)
        return;
    reel_log_verdict(r->stream, verdict);
    end_file(r, timeline_end(&r->line, t, verdict), 0);
}

void reel_take(struct reel *r, const struct frame *f)
{
    struct timeline_frame t = facts(f);
    cut(r, &t);
    if (r->writer ? !has_space(r) : !begin_file(r, &t)) {
        r->status.dropped++;
        return;
    }
    int rc = add(r, f, &t);
    count(r, &t, rc);
    if (rc < 0 && rc != ERR_FORMAT)
        end_at_last(r, rc);
}

void reel_idle(struct reel *r)
{
    if (!r->writer)
        return;
    int rc = writer_flush(r->writer);
    bool past = r->line.open && wall_us() > r->line.cut_wall_us + LATE_US;
    if (rc < 0 || past)
        end_at_last(r, rc);
}

void reel_end(struct reel *r)
{
    end_at_last(r, 0);
}

static int set_up(struct reel *r, const struct recorder_settings *s)
{
    r->directory = mem_strdup(s->directory);
    r->stream = mem_strdup(s->stream);
    if (s->name_template)
        r->name_template = mem_strdup(s->name_template);
    if (!r->directory || !r->stream || (s->name_template && !r->name_template))
        return -ENOMEM;
    r->codec = s->codec;
    r->reserve_bytes = s->reserve_bytes;
    r->disk = s->disk ? s->disk : &disk_real;
    timeline_init(&r->line, s->segment_ms);
    const struct closer_settings closer = {.stream = r->stream, .disk = r->disk, .hook = s->hook};
    return closer_start(&closer, &r->closer);
}

int reel_new(const struct recorder_settings *s, struct reel **out)
{
    struct reel *r = mem_zero(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    int rc = set_up(r, s);
    if (rc < 0) {
        reel_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

void reel_free(struct reel *r)
{
    if (!r)
        return;
    end_at_last(r, 0);
    if (r->closer)
        closer_stop(r->closer);
    mem_free(r->directory);
    mem_free(r->stream);
    mem_free(r->name_template);
    mem_free(r);
}

const struct recorder_status *reel_status(const struct reel *r)
{
    return &r->status;
}
