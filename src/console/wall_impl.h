/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_WALL_IMPL_H
#define CONSOLE_WALL_IMPL_H

#include <pthread.h>

#include "console/stream.h"

/* Shared by the wall's modules only. */

struct wall_list {
    struct stream **at;
    size_t n;
};

struct wall {
    const struct wall_settings *set;
    int event_fd;
    pthread_mutex_t lock; /* guards what follows */
    struct wall_list streams, leavers;
    uint64_t newest_id;
    bool stopping;
};

int wall_list_add(struct wall_list *l, struct stream *s);
void wall_list_cut(struct wall_list *l, size_t i);
void wall_poke(void *wall); /* makes wall_fd() readable */

#endif
