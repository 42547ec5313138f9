/* SPDX-License-Identifier: MIT */
#include "record/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "record/recover.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

enum { PASS_S = 60, SPACE_S = 5 };

struct keeper {
    char *directory;
    struct retention_limits limits;
    struct hook *hook;
    const struct disk *disk;
    struct thread thread;
    int last_error; /* the thread's: what was logged */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    bool poked, stopping;
    struct keeper_status status;
};

static void log_trouble(struct keeper *k, int rc)
{
    bool news = rc != k->last_error;
    k->last_error = rc;
    if (rc < 0 && rc != -ENOENT && news)
        log_error(_("cannot look through the recordings in %s: %s"), k->directory, err_str(rc));
}

static void recover(struct keeper *k, bool quiet)
{
    const struct recover_settings settings = {
        .directory = k->directory, .disk = k->disk, .hook = k->hook, .quiet = quiet};
    struct recover_summary summary;
    log_trouble(k, recover_directory(&settings, &summary));
    pthread_mutex_lock(&k->lock);
    k->status.recovered += summary.finished;
    k->status.unrepaired = summary.failed + summary.empty;
    pthread_mutex_unlock(&k->lock);
}

static void sweep(struct keeper *k)
{
    struct retention_report report;
    retention_sweep(k->disk, k->directory, &k->limits, wall_us(), &report);
    pthread_mutex_lock(&k->lock);
    k->status.segments = report.kept;
    k->status.bytes = report.kept_bytes;
    k->status.deleted += report.deleted;
    pthread_mutex_unlock(&k->lock);
}

/* True when there is less space than there should be. */
static bool look_at_space(struct keeper *k)
{
    uint64_t available = 0, total = 0;
    bool known = k->disk->space(k->directory, &available, &total) == 0;
    pthread_mutex_lock(&k->lock);
    k->status.free_bytes = known ? available : 0;
    k->status.total_bytes = known ? total : 0;
    pthread_mutex_unlock(&k->lock);
    return known && available < k->limits.free_bytes;
}

/* Until it is time to look at the space again; *poked tells whether somebody asked for more. */
static bool wait_for_work(struct keeper *k, bool *poked)
{
    uint64_t deadline = mono_ns() + SPACE_S * NS_PER_S;
    pthread_mutex_lock(&k->lock);
    while (!k->stopping && !k->poked && thread_cond_wait(&k->wake, &k->lock, deadline))
        ;
    *poked = k->poked;
    k->poked = false;
    bool stopping = k->stopping;
    pthread_mutex_unlock(&k->lock);
    return !stopping;
}

static void pass(struct keeper *k, bool quiet)
{
    recover(k, quiet);
    sweep(k);
    look_at_space(k);
    pthread_mutex_lock(&k->lock);
    k->status.passes++;
    pthread_mutex_unlock(&k->lock);
}

static void run(void *arg)
{
    struct keeper *k = arg;
    bool poked;
    pass(k, false);
    uint64_t pass_ns = mono_ns() + PASS_S * NS_PER_S;
    while (wait_for_work(k, &poked)) {
        if (poked || mono_ns() >= pass_ns) {
            pass(k, true);
            pass_ns = mono_ns() + PASS_S * NS_PER_S;
        } else if (look_at_space(k)) {
            sweep(k);
        }
    }
}

int keeper_start(const struct keeper_settings *s, struct keeper **out)
{
    struct keeper *k = mem_zero(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    pthread_mutex_init(&k->lock, NULL);
    thread_cond_init(&k->wake);
    k->limits = s->limits;
    k->hook = s->hook;
    k->disk = s->disk ? s->disk : &disk_real;
    k->directory = mem_strdup(s->directory);
    int rc = k->directory ? thread_start(&k->thread, "keeper", THREAD_STACK, run, k) : -ENOMEM;
    if (rc < 0) {
        keeper_stop(k);
        return rc;
    }
    *out = k;
    return 0;
}

void keeper_poke(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->poked = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
}

void keeper_status(struct keeper *k, struct keeper_status *out)
{
    pthread_mutex_lock(&k->lock);
    *out = k->status;
    pthread_mutex_unlock(&k->lock);
}

void keeper_stop(struct keeper *k)
{
    if (!k)
        return;
    pthread_mutex_lock(&k->lock);
    k->stopping = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    thread_join(&k->thread);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
    mem_free(k->directory);
    mem_free(k);
}
