/* SPDX-License-Identifier: MIT */
/* The error queue. With IP_RECVERR the kernel tells of peers that are gone; the price is that one
 * dead peer's ICMP fails the next call on the socket, whoever it was for. So any call that fails
 * drains the queue and tries again, and what the queue said is kept for events(). */
#include "net/udp_impl.h"

#include <string.h>
#include <linux/errqueue.h>

bool udp_is_icmp_error(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPROTO:
    case EACCES:
        return true;
    default:
        return false;
    }
}

/* One dead peer answers every datagram of a group: it is remembered once. A full list forgets
 * newcomers, which will be reported again soon enough. */
static void remember(struct udp *u, const struct addr *peer)
{
    for (int i = 0; i < u->n_events; i++)
        if (addr_equal(&u->events[i].peer, peer))
            return;
    if (u->n_events < UDP_EVENTS)
        u->events[u->n_events++] = (struct link_event){LINK_UNREACHABLE, *peer};
}

static bool is_unreachable(const struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR((struct msghdr *)msg, c)) {
        if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
            !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
            continue;
        struct sock_extended_err e;
        memcpy(&e, CMSG_DATA(c), sizeof e);
        bool icmp = e.ee_origin == SO_EE_ORIGIN_ICMP || e.ee_origin == SO_EE_ORIGIN_ICMP6;
        return icmp && udp_is_icmp_error((int)e.ee_errno);
    }
    return false;
}

/* The name of a message in the error queue is where the failed datagram was going. */
static bool drain_one(struct udp *u)
{
    struct addr peer;
    memset(&peer, 0, sizeof peer);
    _Alignas(struct cmsghdr) uint8_t control[256];
    struct msghdr msg = {
        .msg_name = &peer,
        .msg_namelen = sizeof peer,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    if (recvmsg(u->link.fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return false;
    if (is_unreachable(&msg)) {
        udp_count(&u->link.counters.icmp, 1);
        remember(u, &peer);
    }
    return true;
}

void udp_drain_errors(struct udp *u)
{
    enum { MANY = 1024 }; /* a flood of ICMP must not hold a sender */
    pthread_mutex_lock(&u->events_lock);
    for (int i = 0; i < MANY && drain_one(u); i++)
        ;
    pthread_mutex_unlock(&u->events_lock);
}

int udp_take_events(struct link *l, struct link_event *e, int cap)
{
    struct udp *u = udp_of(l);
    pthread_mutex_lock(&u->events_lock);
    int n = u->n_events < cap ? u->n_events : cap;
    memcpy(e, u->events, (size_t)n * sizeof *e);
    u->n_events -= n;
    memmove(u->events, u->events + n, (size_t)u->n_events * sizeof *e);
    pthread_mutex_unlock(&u->events_lock);
    return n;
}
