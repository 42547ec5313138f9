/* SPDX-License-Identifier: MIT */
#include "server/groups.h"

#include <string.h>

#include "util/alloc.h"

int groups_init(struct groups *g, size_t bytes)
{
    memset(g, 0, sizeof *g);
    g->bytes = bytes;
    return -pthread_mutex_init(&g->lock, NULL);
}

void groups_fini(struct groups *g)
{
    while (g->n > 0)
        mem_free(g->kept[--g->n]);
    pthread_mutex_destroy(&g->lock);
}

uint8_t *groups_take(struct groups *g)
{
    uint8_t *buffer = NULL;
    pthread_mutex_lock(&g->lock);
    if (g->n > 0)
        buffer = g->kept[--g->n]; /* the last one given back: the warmest */
    pthread_mutex_unlock(&g->lock);
    return buffer ? buffer : mem_alloc(g->bytes);
}

void groups_give(struct groups *g, uint8_t *buffer)
{
    pthread_mutex_lock(&g->lock);
    if (buffer && g->n < GROUPS_KEPT) {
        g->kept[g->n++] = buffer;
        buffer = NULL;
    }
    pthread_mutex_unlock(&g->lock);
    mem_free(buffer);
}
