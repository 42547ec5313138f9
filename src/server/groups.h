/* SPDX-License-Identifier: MIT */
#ifndef SERVER_GROUPS_H
#define SERVER_GROUPS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Buffers in which sessions gather the records of one group for one system call. A session needs
 * one for the moment of sending only, so a few serve hundreds, and stay in the processor's caches.
 * Whoever finds none gets a new one; a few are kept. Any thread; its lock is a leaf. */
enum { GROUPS_KEPT = 16 };
struct groups {
    pthread_mutex_t lock;
    size_t bytes; /* of a buffer */
    uint8_t *kept[GROUPS_KEPT];
    unsigned n;
};

int groups_init(struct groups *g, size_t bytes);
void groups_fini(struct groups *g);     /* all are given back */
uint8_t *groups_take(struct groups *g); /* NULL: no memory */
void groups_give(struct groups *g, uint8_t *buffer);

#endif
