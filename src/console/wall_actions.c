/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "console/wall_impl.h"
#include "util/err.h"

static struct stream *by_id(struct wall *w, uint64_t id, size_t *at)
{
    for (size_t i = 0; i < w->streams.n && !w->stopping; i++) {
        if (stream_id(w->streams.at[i]) == id) {
            *at = i;
            return w->streams.at[i];
        }
    }
    return NULL;
}

int wall_remove(struct wall *w, uint64_t id)
{
    int err = ERR_UNKNOWN;
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    if (s) {
        stream_finish(s, false);
        err = wall_list_add(&w->leavers, s);
        if (err == 0)
            wall_list_cut(&w->streams, at);
    }
    pthread_mutex_unlock(&w->lock);
    wall_poke(w);
    return err;
}

int wall_record(struct wall *w, uint64_t id, bool on)
{
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    int err = s ? stream_record(s, on) : ERR_UNKNOWN;
    pthread_mutex_unlock(&w->lock);
    wall_poke(w);
    return err;
}

int wall_record_all(struct wall *w, bool on)
{
    int err = 0;

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->streams.n && !w->stopping; i++) {
        struct stream *s = w->streams.at[i];
        int e = stream_settings(s)->url.kind == URL_SERVER ? 0 : stream_record(s, on);
        err = e < 0 ? e : err;
    }
    pthread_mutex_unlock(&w->lock);
    wall_poke(w);
    return err;
}

int wall_reconnect(struct wall *w, uint64_t id)
{
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    if (s)
        receiver_reconnect(stream_receiver(s));
    pthread_mutex_unlock(&w->lock);
    return s ? 0 : ERR_UNKNOWN;
}

int wall_accept(struct wall *w, uint64_t id, enum receiver_answer answer)
{
    struct receiver_status asked, st;
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    if (s)
        receiver_snapshot(stream_receiver(s), &asked);
    for (size_t i = 0; s && i < w->streams.n; i++) {
        struct receiver *r = stream_receiver(w->streams.at[i]);
        receiver_snapshot(r, &st);
        if (st.asking && strcmp(st.server, asked.server) == 0)
            receiver_accept(r, answer);
    }
    pthread_mutex_unlock(&w->lock);
    return s ? 0 : ERR_UNKNOWN;
}

int wall_want(struct wall *w, uint64_t id, unsigned width, unsigned height)
{
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    if (s)
        receiver_want(stream_receiver(s), width, height);
    pthread_mutex_unlock(&w->lock);
    return s ? 0 : ERR_UNKNOWN;
}

int wall_still(struct wall *w, uint64_t id, wall_still_fn *fn, void *ctx)
{
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    int err = s ? stream_still(s, fn, ctx) : ERR_UNKNOWN;
    pthread_mutex_unlock(&w->lock);
    return err;
}

struct frame *wall_newest(struct wall *w, uint64_t id)
{
    size_t at;

    pthread_mutex_lock(&w->lock);
    struct stream *s = by_id(w, id, &at);
    struct frame *f = s ? receiver_newest(stream_receiver(s)) : NULL;
    pthread_mutex_unlock(&w->lock);
    return f;
}
