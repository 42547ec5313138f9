/* SPDX-License-Identifier: MIT */
/* The receiver's thread pushes frames into the recorder under the stream's lock, which is never
 * held for long: recorders start without touching the disk, and those that finish are moved aside
 * and joined later by the wall's owner. What they wrote stays counted all the while.
 * A native stream's recording has an epoch, since frames captured before its end may come after it:
 * its recorder leaves, and finishes when the receiver says that the epoch is over. Legacy streams
 * have no history; a ring of their last frames stands in for it. */
#include "console/stream.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "console/stream_log.h"
#include "record/ring.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

enum { ENDING_MAX = 8, RING_BYTES = 64 * 1024 * 1024 };

struct stream {
    struct stream_settings set;
    uint64_t id;
    char name[URL_NAME_MAX];
    struct receiver *receiver; /* from stream_start() to stream_free() */
    struct stream_log log;     /* receiver's thread */
    bool seen;                 /* receiver's thread: a frame came */

    pthread_mutex_t lock; /* guards what follows; after the wall's */
    struct recorder *recorder, *leaving;
    uint64_t epoch, leaving_epoch; /* epoch: of recorder, or of the newest one */
    struct ring *ring;             /* legacy only */
    stream_still_fn *on_still;     /* NULL: none is asked for */
    void *still_ctx;
    struct recorder *ending[ENDING_MAX];
    unsigned endings;
    uint64_t frames, bytes, dropped, latency_worst_us; /* of recorders that are gone */
    uint64_t first_recorded_ns;
    bool failed;
    bool over; /* nothing more comes from the receiver */
};

static bool is_native(const struct stream *s)
{
    return s->set.url.kind == URL_CAMERA;
}

/* The lock is held. True if it is the stream's first recorded frame. */
static bool push(struct stream *s, struct recorder *r, struct frame *f)
{
    bool first = !s->first_recorded_ns;

    recorder_push(r, f);
    if (first)
        s->first_recorded_ns = mono_ns();
    return first;
}

static void on_frame(void *ctx, struct frame *f)
{
    struct stream *s = ctx;
    bool first = !s->seen;

    s->seen = true;
    if (!is_native(s)) {
        pthread_mutex_lock(&s->lock);
        if (s->recorder)
            first |= push(s, s->recorder, f);
        else if (s->ring)
            ring_push(s->ring, f);
        pthread_mutex_unlock(&s->lock);
    }
    if (first)
        s->set.on_change(s->set.ctx);
}

/* The lock is held, and there is room among those that end. */
static void finish(struct stream *s, struct recorder **r)
{
    if (!*r)
        return;
    recorder_finish(*r);
    s->ending[s->endings++] = *r;
    *r = NULL;
}

static void on_record(void *ctx, uint64_t epoch, struct frame *f)
{
    struct stream *s = ctx;
    bool news = !f;

    pthread_mutex_lock(&s->lock);
    if (s->leaving && (epoch > s->leaving_epoch || (!f && epoch == s->leaving_epoch)))
        finish(s, &s->leaving);
    struct recorder *r = s->leaving && epoch == s->leaving_epoch ? s->leaving
                         : epoch == s->epoch                     ? s->recorder
                                                                 : NULL;
    if (r && f)
        news = push(s, r, f);
    pthread_mutex_unlock(&s->lock);
    if (news)
        s->set.on_change(s->set.ctx);
}

static void on_still(void *ctx, struct frame *f)
{
    struct stream *s = ctx;

    pthread_mutex_lock(&s->lock);
    stream_still_fn *fn = s->on_still;
    s->on_still = NULL;
    pthread_mutex_unlock(&s->lock);
    if (fn)
        fn(s->still_ctx, f);
}

static void on_state(void *ctx, const struct receiver_status *st)
{
    struct stream *s = ctx;

    stream_log_state(&s->log, s->name, st);
    s->set.on_change(s->set.ctx);
}

static void on_over(void *ctx)
{
    struct stream *s = ctx;

    pthread_mutex_lock(&s->lock);
    s->over = true;
    pthread_mutex_unlock(&s->lock);
    s->set.on_change(s->set.ctx);
}

static void on_cameras(void *ctx, const struct packet_camera *camera, unsigned n)
{
    struct stream *s = ctx;

    s->set.on_cameras(s->set.ctx, s, camera, n);
    s->set.on_change(s->set.ctx);
}

int stream_new(const struct stream_settings *set, uint64_t id, struct stream **out)
{
    struct stream *s = mem_zero(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->set = *set;
    s->id = id;
    text_copy(s->name, sizeof(s->name), set->name);
    s->set.name = s->name;
    pthread_mutex_init(&s->lock, NULL);
    stream_log_init(&s->log);
    int err = 0;
    if (set->url.kind == URL_LEGACY && set->wall->prerecord_ms > 0)
        err = ring_new(set->wall->prerecord_ms * 1000, RING_BYTES, &s->ring);
    if (err == 0 && set->record && set->url.kind != URL_SERVER)
        err = stream_record(s, true);
    if (err < 0) {
        stream_free(s);
        return err;
    }
    *out = s;
    return 0;
}

int stream_start(struct stream *s)
{
    struct receiver_settings rx = {
        .url = s->set.url,
        .name = s->name,
        .keys = s->set.wall->keys,
        .known_servers = s->set.wall->known_servers,
        .trust = s->set.wall->trust,
        .record = s->epoch,
    };
    struct receiver_sinks sinks = {.ctx = s,
                                   .on_frame = on_frame,
                                   .on_record = on_record,
                                   .on_still = on_still,
                                   .on_state = on_state,
                                   .on_cameras = on_cameras,
                                   .on_over = on_over};

    return receiver_start(&rx, &sinks, &s->receiver);
}

uint64_t stream_id(const struct stream *s)
{
    return s->id;
}

const char *stream_name(const struct stream *s)
{
    return s->name;
}

const struct stream_settings *stream_settings(const struct stream *s)
{
    return &s->set;
}

struct receiver *stream_receiver(const struct stream *s)
{
    return s->receiver;
}

/* Recordings are deleted well before one has to stop. 0: the usual reserve. */
static uint64_t reserve_bytes(const struct retention_limits *keep)
{
    static const uint64_t most = UINT64_C(512) * 1024 * 1024;

    return keep->free_bytes / 2 < most ? keep->free_bytes / 2 : most;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void pour(void *ctx, struct frame *f)
{
    struct stream *s = ctx;

    push(s, s->recorder, f);
}

static int start_recorder(struct stream *s)
{
    struct recorder_settings rec = {
        .directory = s->set.wall->directory,
        .stream = s->name,
        .segment_ms = s->set.segment_ms,
        .codec = s->set.codec,
        .name_template = s->set.wall->name_template,
        .reserve_bytes = reserve_bytes(&s->set.wall->keep),
        .hook = s->set.hook,
        .disk = s->set.wall->disk,
    };
    if (s->recorder)
        return 0;
    int err = recorder_start(&rec, &s->recorder);
    if (err < 0)
        return err;
    s->epoch++;
    if (s->ring)
        ring_pour(s->ring, pour, s);
    else if (s->receiver && is_native(s))
        receiver_record(s->receiver, s->epoch, s->set.wall->prerecord_ms);
    return 0;
}

/* Room is kept for the one that leaves, which nobody may be told to wait for. */
static int end_recorder(struct stream *s)
{
    if (!s->recorder)
        return 0;
    if (s->endings + 2 > ENDING_MAX)
        return -EBUSY;
    finish(s, &s->leaving);
    if (!s->receiver || !is_native(s)) {
        finish(s, &s->recorder);
        return 0;
    }
    s->leaving = s->recorder;
    s->leaving_epoch = s->epoch;
    s->recorder = NULL;
    receiver_record_end(s->receiver);
    return 0;
}

int stream_record(struct stream *s, bool on)
{
    pthread_mutex_lock(&s->lock);
    int err = on ? start_recorder(s) : end_recorder(s);
    pthread_mutex_unlock(&s->lock);
    if (err < 0)
        log_error(_("%s: recording cannot be %s: %s"), s->name, on ? _("started") : _("ended"),
                  err_str(err));
    return err;
}

int stream_still(struct stream *s, stream_still_fn *fn, void *ctx)
{
    struct frame *newest = s->receiver ? receiver_newest(s->receiver) : NULL;
    int err = 0;

    if (newest && newest->tier == 0) {
        fn(ctx, newest);
        frame_unref(&newest);
        return 0;
    }
    frame_unref(&newest);
    pthread_mutex_lock(&s->lock);
    if (!s->receiver || s->over || !is_native(s)) {
        err = -ENODATA;
    } else if (s->on_still) {
        err = -EALREADY;
    } else {
        s->on_still = fn;
        s->still_ctx = ctx;
        receiver_still(s->receiver);
    }
    pthread_mutex_unlock(&s->lock);
    return err;
}

static void add_recorder(struct wall_row *row, struct recorder *r, struct recorder_status *st)
{
    recorder_status(r, st);
    row->recorded_frames += st->frames;
    row->recorded_bytes += st->bytes;
    row->recorder_dropped += st->dropped;
    row->recorder_latency_worst_us = larger(row->recorder_latency_worst_us, st->latency_worst_us);
    row->recorder_failed |= st->state == RECORDER_FAILED;
}

static void snapshot_recording(struct stream *s, struct wall_row *row)
{
    struct recorder_status ignored;

    pthread_mutex_lock(&s->lock);
    row->recorded_frames = s->frames;
    row->recorded_bytes = s->bytes;
    row->recorder_dropped = s->dropped;
    row->recorder_latency_worst_us = s->latency_worst_us;
    row->recorder_failed = s->failed;
    row->first_recorded_ns = s->first_recorded_ns;
    row->recording = s->recorder != NULL;
    if (s->recorder)
        add_recorder(row, s->recorder, &row->rec);
    if (s->leaving)
        add_recorder(row, s->leaving, &ignored);
    for (unsigned i = 0; i < s->endings; i++)
        add_recorder(row, s->ending[i], &ignored);
    pthread_mutex_unlock(&s->lock);
}

void stream_snapshot(struct stream *s, struct wall_row *row)
{
    *row = (struct wall_row){.id = s->id, .finder = s->set.url.kind == URL_SERVER};
    text_copy(row->name, sizeof(row->name), s->name);
    url_text(&s->set.url, row->url, sizeof(row->url));
    url_host_port(&s->set.url, row->host_port, sizeof(row->host_port));
    if (s->receiver)
        receiver_snapshot(s->receiver, &row->rx);
    snapshot_recording(s, row);
}

bool stream_found(struct stream *s)
{
    struct receiver_status st;

    if (s->set.url.kind != URL_SERVER || !s->receiver)
        return false;
    receiver_snapshot(s->receiver, &st);
    return st.found;
}

void stream_finish(struct stream *s, bool at_once)
{
    if (s->receiver)
        receiver_finish(s->receiver, at_once);
}

bool stream_is_over(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    bool over = s->over || !s->receiver;
    pthread_mutex_unlock(&s->lock);
    return over;
}

void stream_end_receiving(struct stream *s)
{
    if (s->receiver)
        receiver_end(s->receiver);
    stream_record(s, false);
    pthread_mutex_lock(&s->lock);
    finish(s, &s->leaving);
    pthread_mutex_unlock(&s->lock);
    on_still(s, NULL);
}

/* Adds what a recorder wrote to what stays counted. */
static void account(struct stream *s, const struct recorder_status *now,
                    const struct recorder_status *before)
{
    s->frames += now->frames - before->frames;
    s->bytes += now->bytes - before->bytes;
    s->dropped += now->dropped - before->dropped;
    s->latency_worst_us = larger(s->latency_worst_us, now->latency_worst_us);
    s->failed |= now->state == RECORDER_FAILED;
}

/* Counters must not fall while a recorder is joined: what it wrote so far is counted before it
 * leaves the list, the rest afterwards. */
static struct recorder *take_ending(struct stream *s, struct recorder_status *so_far)
{
    static const struct recorder_status none;
    struct recorder *r = NULL;

    pthread_mutex_lock(&s->lock);
    if (s->endings > 0) {
        r = s->ending[--s->endings];
        recorder_status(r, so_far);
        account(s, so_far, &none);
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

void stream_end_recording(struct stream *s)
{
    struct recorder_status so_far, last;
    struct recorder *r;

    while ((r = take_ending(s, &so_far))) {
        recorder_stop(r, &last);
        pthread_mutex_lock(&s->lock);
        account(s, &last, &so_far);
        pthread_mutex_unlock(&s->lock);
        stream_log_recorded(s->name, &last);
    }
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    stream_end_receiving(s);
    stream_end_recording(s);
    receiver_stop(s->receiver, NULL);
    ring_free(s->ring);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}
