/* SPDX-License-Identifier: MIT */
/* Whatever may take as long as a disk or a server takes is waited for by the joiner, a thread of
 * its own, so that the wall's owner always answers keys and signals. It alone frees streams, hence
 * those in the list stay while their recorders are waited for. */
#include <errno.h>
#include <unistd.h>

#include "console/wall_impl.h"
#include "util/alloc.h"

void wall_free_leavers(struct wall *w)
{
    struct wall_list gone;

    pthread_mutex_lock(&w->lock);
    gone = w->leavers;
    w->leavers = (struct wall_list){0};
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < gone.n; i++)
        stream_free(gone.at[i]);
    mem_free(gone.at);
}

static struct stream *stream_at(struct wall *w, size_t i)
{
    pthread_mutex_lock(&w->lock);
    struct stream *s = i < w->streams.n ? w->streams.at[i] : NULL;
    pthread_mutex_unlock(&w->lock);
    return s;
}

static bool wait_for_work(struct wall *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->join && !w->no_more)
        thread_cond_wait(&w->ended, &w->lock, UINT64_MAX);
    w->join = false;
    bool goes_on = !w->no_more;
    pthread_mutex_unlock(&w->lock);
    return goes_on;
}

static void run_joiner(void *arg)
{
    struct wall *w = arg;
    struct stream *s;

    while (wait_for_work(w)) {
        wall_free_leavers(w);
        for (size_t i = 0; (s = stream_at(w, i)); i++)
            stream_end_recording(s);
    }
}

int wall_upkeep_start(struct wall *w)
{
    struct keeper_settings keeper = {
        .directory = w->set->directory,
        .limits = w->set->keep,
        .disk = w->set->disk,
    };
    int err = 0;

    if (w->set->on_segment)
        err = hook_start(w->set->on_segment, &w->hook);
    keeper.hook = w->hook;
    if (err == 0)
        err = keeper_start(&keeper, &w->keeper);
    return err < 0 ? err : thread_start(&w->joiner, "joiner", THREAD_STACK, run_joiner, w);
}

void wall_upkeep_join(struct wall *w)
{
    pthread_mutex_lock(&w->lock);
    w->no_more = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
    thread_join(&w->joiner);
}

void wall_upkeep_stop(struct wall *w)
{
    keeper_stop(w->keeper);
    w->keeper = NULL;
    hook_stop(w->hook);
    w->hook = NULL;
}

/* Finders that found make room. */
static void dismiss_finders(struct wall *w)
{
    for (size_t i = w->streams.n; i-- > 0;) {
        struct stream *s = w->streams.at[i];
        if (stream_found(s) && wall_list_add(&w->leavers, s) == 0)
            wall_list_cut(&w->streams, i);
    }
}

void wall_tend(struct wall *w)
{
    uint64_t count;

    if (read(w->event_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    pthread_mutex_lock(&w->lock);
    dismiss_finders(w);
    w->join = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}
