/* SPDX-License-Identifier: MIT */
#include "receive/catalogue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    int err;
    struct catalogue *out;
    char why[RECEIVER_WHY];
};

static void finish(struct waiting *w, int err, const char *why)
{
    pthread_mutex_lock(&w->lock);
    if (!w->done) {
        w->done = true;
        w->err = err;
        text_copy(w->why, sizeof(w->why), why);
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
}

static void on_cameras(void *ctx, const struct packet_camera *camera, unsigned n)
{
    struct waiting *w = ctx;

    memcpy(w->out->camera, camera, n * sizeof(*camera));
    w->out->n = n;
    finish(w, 0, "");
}

static void on_state(void *ctx, const struct receiver_status *s)
{
    if (s->state == RECEIVER_REFUSED)
        finish(ctx, ERR_DENIED, s->why);
    else if (s->state == RECEIVER_LOST)
        finish(ctx, ERR_UNKNOWN, s->why);
}

int catalogue_ask(const struct receiver_settings *s, uint64_t timeout_ms, struct catalogue *out,
                  char *error, size_t cap)
{
    struct waiting w = {.lock = PTHREAD_MUTEX_INITIALIZER, .out = out};
    struct receiver_sinks sinks = {.ctx = &w, .on_state = on_state, .on_cameras = on_cameras};
    struct receiver_settings asked = *s;
    uint64_t deadline = mono_ns() + timeout_ms * NS_PER_MS;
    struct receiver *r;

    asked.url.kind = URL_SERVER;
    if (asked.trust == RECEIVER_TRUST_ASK)
        asked.trust = RECEIVER_TRUST_KNOWN;
    thread_cond_init(&w.changed);
    int err = receiver_start(&asked, &sinks, &r);
    if (err < 0) {
        text_format(error, cap, "%s", err_str(err));
        return err;
    }
    pthread_mutex_lock(&w.lock);
    while (!w.done && thread_cond_wait(&w.changed, &w.lock, deadline))
        continue;
    pthread_mutex_unlock(&w.lock);
    receiver_stop(r, NULL);
    if (!w.done) {
        w.err = -ETIMEDOUT;
        text_copy(w.why, sizeof(w.why), _("no answer in time"));
    }
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.lock);
    text_format(error, cap, "%s", w.why);
    return w.err;
}
