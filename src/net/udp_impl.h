/* SPDX-License-Identifier: MIT */
#ifndef NET_UDP_IMPL_H
#define NET_UDP_IMPL_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/udp.h"

/* What the files of net/udp share with each other, and with nobody else. */

enum {
    UDP_EVENTS = 64, /* peers remembered between two calls of events() */
    UDP_TRIES = 16,  /* how often ICMP about others may get in the way of one call */
    UDP_GROUP = 64,  /* datagrams of one UDP_SEGMENT or sendmmsg call */
    UDP_GROUP_BYTES = 65507,
};

struct udp {
    struct link link; /* first: a link is a udp */
    bool connected, gro;
    bool segment_offload;        /* atomic: UDP_SEGMENT has not failed for good */
    pthread_mutex_t events_lock; /* the error queue and events */
    struct link_event events[UDP_EVENTS];
    int n_events;
};

static inline struct udp *udp_of(struct link *l)
{
    return (struct udp *)l;
}

static inline void udp_count(uint64_t *counter, uint64_t n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/* udp_errors.c: empties the error queue into events. Any thread. */
void udp_drain_errors(struct udp *u);
int udp_take_events(struct link *l, struct link_event *e, int cap);
/* Whether a call may have failed because ICMP came in for some earlier datagram. */
bool udp_is_icmp_error(int error);

/* udp_recv.c, udp_send.c: the table's functions. */
int udp_recv(struct link *l, struct link_batch *b);
int udp_send(struct link *l, const struct addr *local, const struct addr *peer,
             const uint8_t *bytes, size_t len, size_t segment, size_t *done);

#endif
