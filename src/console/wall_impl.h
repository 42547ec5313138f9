/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_WALL_IMPL_H
#define CONSOLE_WALL_IMPL_H

#include <pthread.h>

#include "console/stream.h"
#include "record/keeper.h"
#include "util/thread.h"

/* Shared by the wall's modules only. */

struct wall_list {
    struct stream **at;
    size_t n;
};

struct wall {
    const struct wall_settings *set;
    int event_fd;
    struct hook *hook;     /* NULL: none */
    struct keeper *keeper; /* of the directory */
    struct thread joiner;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t ended; /* the joiner has something to do */
    struct wall_list streams, leavers;
    uint64_t newest_id;
    bool stopping;
    bool join, no_more; /* the joiner is asked: to look, to end */
};

/* What goes on beside the streams: the joiner, the command for finished files, the keeper of the
 * directory. */
int wall_upkeep_start(struct wall *w);
void wall_upkeep_join(struct wall *w); /* ends the joiner; what it would join is the caller's */
void wall_upkeep_stop(struct wall *w); /* the rest, once nothing records; harmless twice */
/* Waits for the streams that were removed, and frees them. */
void wall_free_leavers(struct wall *w);

int wall_list_add(struct wall_list *l, struct stream *s);
void wall_list_cut(struct wall_list *l, size_t i);
void wall_poke(void *wall); /* makes wall_fd() readable */

#endif
