/* SPDX-License-Identifier: MIT */
/* A UDP socket as a link. Its life: udp_listen or udp_connect makes it, one thread receives, any
 * thread sends and drains the error queue, udp_close ends it when no other thread uses it. */
#include "net/udp_impl.h"

#include <string.h>
#include <unistd.h>
#include <netinet/udp.h>

#include "util/alloc.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { BUFFER_BYTES = 4 * 1024 * 1024 };

void udp_close(struct link *l)
{
    if (!l)
        return;
    struct udp *u = udp_of(l);
    if (l->fd >= 0)
        close(l->fd);
    pthread_mutex_destroy(&u->events_lock);
    mem_free(u);
}

static const struct link_ops udp_ops = {
    .recv = udp_recv,
    .send = udp_send,
    .events = udp_take_events,
    .close = udp_close,
};

static int set_int(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* Without the don't-fragment bit unless asked: legacy datagrams of 65000 bytes would fail with
 * EMSGSIZE on any real network. */
static int set_family_options(int fd, int family, bool df)
{
    int e;
    if (family == AF_INET) {
        if ((e = set_int(fd, IPPROTO_IP, IP_PKTINFO, 1)) < 0 ||
            (e = set_int(fd, IPPROTO_IP, IP_RECVERR, 1)) < 0)
            return e;
        return set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
    }
    if ((e = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) < 0 ||
        (e = set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) < 0 ||
        (e = set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1)) < 0)
        return e;
    return set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, df ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
}

/* Asks with the privileged option first. The kernel reports twice what it was given, for its own
 * bookkeeping; half of that compares with what was asked. */
static int ask_buffer(int fd, int force, int plain, int bytes)
{
    if (set_int(fd, SOL_SOCKET, force, bytes) < 0)
        set_int(fd, SOL_SOCKET, plain, bytes);
    int got = 0;
    socklen_t len = sizeof got;
    getsockopt(fd, SOL_SOCKET, plain, &got, &len);
    return got / 2;
}

static int set_options(struct udp *u, int family, const struct udp_settings *s,
                       struct udp_grant *grant)
{
    int fd = u->link.fd;
    int e = set_family_options(fd, family, s->df);
    if (e < 0)
        return e;
    int bytes = s->buffer_bytes ? s->buffer_bytes : BUFFER_BYTES;
    struct udp_grant got = {
        .receive_bytes = ask_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, bytes),
        .send_bytes = ask_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, bytes),
    };
    if (grant)
        *grant = got;
    u->gro = s->gro && set_int(fd, IPPROTO_UDP, UDP_GRO, 1) == 0;
    u->segment_offload = !s->plain_segments;
    return 0;
}

static int make(int family, const struct udp_settings *s, struct udp_grant *grant, struct udp **out)
{
    struct udp *u = mem_zero(1, sizeof *u);
    if (!u)
        return -ENOMEM;
    pthread_mutex_init(&u->events_lock, NULL);
    u->link.ops = &udp_ops;
    u->link.fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int e = u->link.fd < 0 ? -errno : set_options(u, family, s, grant);
    if (e < 0) {
        udp_close(&u->link);
        return e;
    }
    *out = u;
    return 0;
}

static int finish(struct udp *u, int failed, struct link **out)
{
    socklen_t len = sizeof u->link.bound;
    int e = failed ? -errno : 0;
    if (e == 0 && getsockname(u->link.fd, &u->link.bound.sa, &len) < 0)
        e = -errno;
    if (e < 0) {
        udp_close(&u->link);
        return e;
    }
    *out = &u->link;
    return 0;
}

int udp_listen(const struct addr *addr, const struct udp_settings *s, struct link **out,
               struct udp_grant *grant)
{
    struct udp *u;
    int e = make(addr->sa.sa_family, s, grant, &u);
    if (e < 0)
        return e;
    return finish(u, bind(u->link.fd, &addr->sa, addr_len(addr)), out);
}

int udp_connect(const struct addr *peer, const struct udp_settings *s, struct link **out,
                struct udp_grant *grant)
{
    struct udp *u;
    int e = make(peer->sa.sa_family, s, grant, &u);
    if (e < 0)
        return e;
    u->connected = true;
    return finish(u, connect(u->link.fd, &peer->sa, addr_len(peer)), out);
}
