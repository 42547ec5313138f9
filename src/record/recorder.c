/* SPDX-License-Identifier: MIT */
/* The queue, the thread and the counters that others may read; what is done with a frame is the
 * reel's business. */
#include "record/recorder.h"

#include <errno.h>
#include <pthread.h>

#include "record/reel.h"
#include "record/reel_log.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/queue.h"
#include "util/thread.h"

enum { QUEUE_FRAMES = 2048, QUEUE_BYTES = 64 * 1000 * 1000, IDLE_MS = 500 };

struct recorder {
    char *stream;
    struct queue *queue;
    struct reel *reel; /* the thread's own */
    struct thread thread;
    pthread_mutex_t lock;          /* over what follows */
    struct recorder_status status; /* a copy of the reel's */
    uint64_t behind_since;         /* what the queue had dropped when it fell behind */
    bool behind;
};

/* Tells when the queue has room again. */
static void note_recovery(struct recorder *r)
{
    struct queue_stats q = queue_stats(r->queue);
    pthread_mutex_lock(&r->lock);
    bool recovered = r->behind && q.items < QUEUE_FRAMES / 2 && q.bytes < QUEUE_BYTES / 2;
    uint64_t dropped = q.dropped - r->behind_since;
    r->behind = r->behind && !recovered;
    pthread_mutex_unlock(&r->lock);
    if (recovered)
        reel_log_caught_up(r->stream, dropped);
}

static void publish_status(struct recorder *r)
{
    pthread_mutex_lock(&r->lock);
    r->status = *reel_status(r->reel);
    pthread_mutex_unlock(&r->lock);
}

static void run(void *arg)
{
    struct recorder *r = arg;
    int rc;
    do {
        void *item;
        rc = queue_pop(r->queue, mono_ns() + IDLE_MS * NS_PER_MS, &item);
        if (rc == 0) {
            struct frame *f = item;
            reel_take(r->reel, f);
            frame_unref(&f);
            note_recovery(r);
        } else if (rc == -ETIMEDOUT) {
            reel_idle(r->reel);
        }
        publish_status(r);
    } while (rc != ERR_CLOSED);
    reel_end(r->reel);
    publish_status(r);
}

static void recorder_free(struct recorder *r)
{
    reel_free(r->reel);
    if (r->queue)
        queue_free(r->queue);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->stream);
    mem_free(r);
}

static int set_up(struct recorder *r, const struct recorder_settings *s)
{
    r->stream = mem_strdup(s->stream);
    if (!r->stream)
        return -ENOMEM;
    int rc = queue_new(&r->queue, QUEUE_FRAMES, QUEUE_BYTES, QUEUE_DROP_NEWEST, frame_drop);
    if (rc == 0)
        rc = reel_new(s, &r->reel);
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
    if (news)
        reel_log_behind(r->stream);
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
    pthread_mutex_unlock(&r->lock);
    out->dropped += q.dropped;
    out->queued_bytes = q.bytes;
    out->queued_frames = q.items;
}
