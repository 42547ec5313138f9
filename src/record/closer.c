/* SPDX-License-Identifier: MIT */
#include "record/closer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "record/complete.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/queue.h"
#include "util/text.h"
#include "util/thread.h"

enum { JOBS_MAX = 64, SYNC_S = 3 };

struct closer {
    struct closer_settings s;
    struct queue *jobs;
    struct thread thread;
    pthread_mutex_t lock; /* over watched */
    int watched;          /* our copy; -1: none */
};

static void drop_job(void *item)
{
    struct closer_job *job = item;
    close(job->fd);
    mem_free(job);
}

/* A file without a frame, left by a disk that took none, is no recording. */
static void finish(struct closer *c, const struct closer_job *job)
{
    const struct complete_settings settings = {
        .disk = c->s.disk, .hook = c->s.hook, .stream = c->s.stream};
    struct finish_report report;
    int rc = complete_segment(&settings, job->fd, job->part, &report);
    if (rc == ERR_END)
        unlink(job->part);
    if (rc == 0 || rc == ERR_END)
        return;
    const struct log_field fields[] = {LOG_STR("stream", c->s.stream), LOG_STR("file", job->part),
                                       LOG_STR("error", err_str(rc))};
    log_event(LOG_LEVEL_ERROR, "segment-not-finished", fields, 3,
              _("%s plays but cannot be finished now: %s"), job->part, err_str(rc));
}

/* The descriptor is taken out while it is synced, so that nobody waits for the disk. */
static void sync_watched(struct closer *c)
{
    pthread_mutex_lock(&c->lock);
    int fd = c->watched >= 0 ? fcntl(c->watched, F_DUPFD_CLOEXEC, 0) : -1;
    pthread_mutex_unlock(&c->lock);
    if (fd < 0)
        return;
    c->s.disk->sync(fd); /* what it could not write, write() will report */
    close(fd);
}

static void run(void *arg)
{
    struct closer *c = arg;
    uint64_t sync_ns = mono_ns() + SYNC_S * NS_PER_S;
    void *item;
    for (int rc = 0; rc != ERR_CLOSED;) {
        rc = queue_pop(c->jobs, sync_ns, &item);
        if (rc == 0) {
            finish(c, item);
            drop_job(item);
        }
        if (mono_ns() >= sync_ns) {
            sync_watched(c);
            sync_ns = mono_ns() + SYNC_S * NS_PER_S;
        }
    }
}

int closer_start(const struct closer_settings *s, struct closer **out)
{
    struct closer *c = mem_zero(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->s = *s;
    c->watched = -1;
    pthread_mutex_init(&c->lock, NULL);
    int rc = queue_new(&c->jobs, JOBS_MAX, SIZE_MAX, QUEUE_BLOCK, drop_job);
    if (rc == 0)
        rc = thread_start(&c->thread, "closer", THREAD_STACK, run, c);
    if (rc < 0) {
        closer_stop(c);
        return rc;
    }
    *out = c;
    return 0;
}

void closer_watch(struct closer *c, int fd)
{
    int copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    pthread_mutex_lock(&c->lock);
    int old = c->watched;
    c->watched = copy;
    pthread_mutex_unlock(&c->lock);
    if (old >= 0)
        close(old);
}

void closer_finish(struct closer *c, const struct closer_job *job)
{
    struct closer_job *copy = mem_alloc(sizeof *copy);
    if (!copy) {
        log_error(_("%s cannot be finished: %s"), job->part, err_str(-ENOMEM));
        close(job->fd);
        return;
    }
    *copy = *job;
    queue_push(c->jobs, copy, 1);
}

void closer_stop(struct closer *c)
{
    if (c->jobs)
        queue_close(c->jobs);
    thread_join(&c->thread);
    if (c->jobs)
        queue_free(c->jobs);
    if (c->watched >= 0)
        close(c->watched);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}
