/* SPDX-License-Identifier: MIT */
/* Life of a file: the first frame opens it (begin_file), the first frame that timeline_judge gives
 * to another file ends it (end_file), and the closer gives it its name. Whatever the disk does, the
 * thread goes on: it leaves frames out, says so, and tries again every RETRY_S. */
#include "record/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "record/closer.h"
#include "record/segment.h"
#include "record/timeline.h"
#include "record/writer.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/queue.h"
#include "util/text.h"
#include "util/thread.h"

enum {
    QUEUE_FRAMES = 2048,
    QUEUE_BYTES = 64 * 1000 * 1000,
    IDLE_MS = 500,
    RETRY_S = 2,
    LATE_US = 15 * 1000 * 1000, /* after a cut, how long its first frame may still come */
};

struct recorder {
    char *directory, *stream;
    enum recorder_codec codec;
    const struct disk *disk;
    struct queue *queue;
    struct thread thread;
    struct closer *closer;

    /* The thread's own: */
    struct timeline line;
    struct writer *writer; /* the open file, or NULL */
    uint64_t closed_bytes; /* of the files before it */
    uint64_t retry_ns;     /* no file before then */
    bool spoiled;          /* a picture of this file could not be encoded */

    pthread_mutex_t lock; /* over what follows */
    struct recorder_status status;
    uint64_t left_out;     /* frames that came while there was no file */
    uint64_t behind_since; /* the queue's drops when it began to drop */
    bool behind;
};

static void set_state(struct recorder *r, enum recorder_state state, const char *error)
{
    pthread_mutex_lock(&r->lock);
    r->status.state = state;
    r->status.bytes = r->closed_bytes + (r->writer ? writer_bytes(r->writer) : 0);
    text_copy(r->status.error, sizeof r->status.error, error);
    text_copy(r->status.segment, sizeof r->status.segment, r->writer ? writer_path(r->writer) : "");
    pthread_mutex_unlock(&r->lock);
}

/* Says what is wrong, once as long as it stays the same. */
static void fail(struct recorder *r, int rc)
{
    enum recorder_state state =
        rc == -ENOSPC || rc == -EDQUOT ? RECORDER_DISK_FULL : RECORDER_FAILED;
    char error[sizeof r->status.error];
    text_format(error, sizeof error, _("cannot write in %s: %s"), r->directory, err_str(rc));
    r->retry_ns = mono_ns() + RETRY_S * NS_PER_S;
    if (strcmp(error, r->status.error) != 0) { /* only this thread writes it */
        const struct log_field fields[] = {LOG_STR("stream", r->stream),
                                           LOG_STR("error", err_str(rc))};
        log_event(LOG_LEVEL_ERROR, "recording-failed", fields, 2,
                  _("recording of %s stands still: %s; tried again every %d s"), r->stream, error,
                  RETRY_S);
    }
    set_state(r, state, error);
}

static void log_opened(struct recorder *r)
{
    const char *path = writer_path(r->writer);
    const struct log_field fields[] = {LOG_STR("stream", r->stream), LOG_STR("file", path)};
    log_event(LOG_LEVEL_INFO, "segment-opened", fields, 2, _("recording %s to %s"), r->stream,
              path);
}

static int open_writer(struct recorder *r, const struct timeline_frame *f)
{
    static const enum mp4_codec codecs[] = {
        [RECORDER_COPY] = MP4_JPEG, [RECORDER_H264] = MP4_H264, [RECORDER_MPEG4] = MP4_MPEG4};
    char directory[SEGMENT_PATH_MAX];
    struct writer_settings s = {
        .codec = codecs[r->codec],
        .directory = directory,
        .stream = r->stream,
        .width = f->width,
        .height = f->height,
        .start_wall_us = f->wall_us,
        .disk = r->disk,
    };
    int rc = segment_directory(r->directory, r->stream, directory, sizeof directory);
    return rc < 0 ? rc : writer_open(&s, &r->writer);
}

static bool begin_file(struct recorder *r, const struct timeline_frame *f)
{
    if (mono_ns() < r->retry_ns)
        return false;
    int rc = open_writer(r, f);
    if (rc < 0) {
        fail(r, rc);
        return false;
    }
    closer_watch(r->closer, writer_fd(r->writer));
    r->spoiled = false;
    log_opened(r);
    set_state(r, RECORDER_RUNNING, "");
    return true;
}

/* Ends the open file at a time in it. */
static void end_file(struct recorder *r, int64_t end)
{
    if (!r->writer)
        return;
    closer_watch(r->closer, -1);
    uint64_t bytes;
    int rc = writer_close(r->writer, end, r->closer, &bytes);
    r->closed_bytes += bytes;
    r->writer = NULL;
    timeline_close(&r->line);
    if (rc < 0)
        fail(r, rc);
    else
        set_state(r, RECORDER_IDLE, "");
}

static void log_verdict(struct recorder *r, enum timeline_verdict verdict)
{
    static const char *const why[] = {
        [TIMELINE_RESIZED] = N_("the picture has another size"),
        [TIMELINE_DISCONTINUITY] = N_("the stream began anew"),
        [TIMELINE_CAMERA_CLOCK] = N_("the camera's clock was set"),
        [TIMELINE_WALL_CLOCK] = N_("this computer's clock was set"),
    };
    if (verdict == TIMELINE_SAME || verdict == TIMELINE_CUT)
        return;
    const struct log_field fields[] = {LOG_STR("stream", r->stream),
                                       LOG_STR("reason", why[verdict])};
    log_event(LOG_LEVEL_WARNING, "segment-forced", fields, 2,
              _("recording of %s goes on in a new file: %s"), r->stream, _(why[verdict]));
}

static void log_hole(struct recorder *r, const struct timeline_frame *f)
{
    uint64_t gap_us = timeline_gap_us(&r->line, f);
    if (gap_us < TIMELINE_HOLE_US || r->line.interval * 100 / 9 * 3 > (int64_t)gap_us)
        return; /* no hole, or a slow camera's pace */
    double seconds = (double)gap_us / 1e6;
    const struct log_field fields[] = {LOG_STR("stream", r->stream), LOG_REAL("seconds", seconds)};
    log_event(LOG_LEVEL_WARNING, "recording-hole", fields, 2,
              _("recording of %s has a hole of %.1f s"), r->stream, seconds);
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

static void count(struct recorder *r, bool written)
{
    pthread_mutex_lock(&r->lock);
    r->status.frames += written;
    r->left_out += !written;
    if (r->writer)
        r->status.bytes = r->closed_bytes + writer_bytes(r->writer);
    if (written && r->status.began_wall_us == 0)
        r->status.began_wall_us = r->line.start_wall_us;
    pthread_mutex_unlock(&r->lock);
}

static void log_spoiled(struct recorder *r)
{
    if (!r->spoiled)
        log_warning(_("recording of %s leaves out pictures that cannot be decoded"), r->stream);
    r->spoiled = true;
}

/* Puts the frame into the open file, which begins with it if it has none yet. */
static int add(struct recorder *r, const struct frame *f, const struct timeline_frame *facts)
{
    int64_t time = 0;
    if (r->line.open)
        time = timeline_add(&r->line, facts);
    else
        timeline_begin(&r->line, facts);
    int rc = writer_add(r->writer, f->data, f->len, time);
    if (rc == ERR_FORMAT) {
        log_spoiled(r);
        if (time == 0)
            timeline_close(&r->line); /* the next one is the first */
    }
    return rc;
}

static void take(struct recorder *r, const struct frame *f)
{
    struct timeline_frame t = facts(f);
    enum timeline_verdict verdict = timeline_judge(&r->line, &t);
    log_hole(r, &t);
    log_verdict(r, verdict);
    if (verdict != TIMELINE_SAME)
        end_file(r, timeline_end(&r->line, &t, verdict));
    if (!r->writer && !begin_file(r, &t)) {
        count(r, false);
        return;
    }
    int rc = add(r, f, &t);
    count(r, rc == 0);
    if (rc < 0 && rc != ERR_FORMAT) {
        end_file(r, timeline_end(&r->line, NULL, TIMELINE_SAME));
        fail(r, rc);
    }
}

/* Nothing comes: what is there goes to the kernel, and a file whose cut is past ends. */
static void idle(struct recorder *r)
{
    if (!r->writer)
        return;
    int rc = writer_flush(r->writer);
    bool past = r->line.open && wall_us() > r->line.cut_wall_us + LATE_US;
    if (rc < 0 || past)
        end_file(r, timeline_end(&r->line, NULL, TIMELINE_SAME));
}

/* Tells when the queue has room again. */
static void note_recovery(struct recorder *r)
{
    struct queue_stats q = queue_stats(r->queue);
    pthread_mutex_lock(&r->lock);
    bool recovered = r->behind && q.items < QUEUE_FRAMES / 2 && q.bytes < QUEUE_BYTES / 2;
    uint64_t lost = q.dropped - r->behind_since;
    r->behind = r->behind && !recovered;
    pthread_mutex_unlock(&r->lock);
    if (!recovered)
        return;
    const struct log_field fields[] = {LOG_STR("stream", r->stream), LOG_NUM("dropped", lost)};
    log_event(LOG_LEVEL_WARNING, "recorder-caught-up", fields, 2,
              _("recording of %s keeps up again; %llu frames were left out"), r->stream,
              (unsigned long long)lost);
}

static void run(void *arg)
{
    struct recorder *r = arg;
    for (;;) {
        void *item;
        int rc = queue_pop(r->queue, mono_ns() + IDLE_MS * NS_PER_MS, &item);
        if (rc == ERR_CLOSED)
            break;
        if (rc < 0) {
            idle(r);
            continue;
        }
        struct frame *f = item;
        take(r, f);
        frame_unref(&f);
        note_recovery(r);
    }
    end_file(r, timeline_end(&r->line, NULL, TIMELINE_SAME));
}

static void recorder_free(struct recorder *r)
{
    if (r->closer)
        closer_stop(r->closer);
    if (r->queue)
        queue_free(r->queue);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->directory);
    mem_free(r->stream);
    mem_free(r);
}

static int set_up(struct recorder *r, const struct recorder_settings *s)
{
    r->directory = mem_strdup(s->directory);
    r->stream = mem_strdup(s->stream);
    if (!r->directory || !r->stream)
        return -ENOMEM;
    r->codec = s->codec;
    r->disk = s->disk ? s->disk : &disk_real;
    timeline_init(&r->line, s->segment_ms);
    int rc = queue_new(&r->queue, QUEUE_FRAMES, QUEUE_BYTES, QUEUE_DROP_NEWEST, frame_drop);
    if (rc == 0)
        rc = closer_start(r->disk, &r->closer);
    return rc < 0 ? rc : thread_start(&r->thread, "recorder", THREAD_STACK_BIG, run, r);
}

int recorder_start(const struct recorder_settings *s, struct recorder **out)
{
    struct recorder *r = mem_zero(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    pthread_mutex_init(&r->lock, NULL);
    int rc = set_up(r, s);
    if (rc < 0) {
        recorder_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

static void note_drop(struct recorder *r)
{
    pthread_mutex_lock(&r->lock);
    bool news = !r->behind;
    if (news)
        r->behind_since = queue_stats(r->queue).dropped - 1;
    r->behind = true;
    pthread_mutex_unlock(&r->lock);
    if (!news)
        return;
    const struct log_field fields[] = {LOG_STR("stream", r->stream)};
    log_event(LOG_LEVEL_WARNING, "recorder-behind", fields, 1,
              _("recording of %s does not keep up; frames are left out"), r->stream);
}

void recorder_push(struct recorder *r, struct frame *f)
{
    if (queue_push(r->queue, frame_ref(f), f->len) == 1)
        note_drop(r);
}

void recorder_finish(struct recorder *r)
{
    queue_close(r->queue);
}

void recorder_stop(struct recorder *r, struct recorder_status *last)
{
    recorder_finish(r);
    thread_join(&r->thread);
    if (last)
        recorder_status(r, last);
    recorder_free(r);
}

void recorder_status(struct recorder *r, struct recorder_status *out)
{
    struct queue_stats q = queue_stats(r->queue);
    pthread_mutex_lock(&r->lock);
    *out = r->status;
    out->dropped = r->left_out + q.dropped;
    pthread_mutex_unlock(&r->lock);
    out->queued_bytes = q.bytes;
    out->queued_frames = q.items;
}
