/* SPDX-License-Identifier: MIT */
#include "net/udp_impl.h"

#include <string.h>
#include <netinet/udp.h>
#include <sys/uio.h>

#include "util/alloc.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { CONTROL_BYTES = 128 };

/* What recvmmsg wants for one slot, kept in the batch's scratch memory. */
struct slot {
    struct addr peer;
    struct iovec iov;
    _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES];
};

struct scratch {
    struct mmsghdr *msgs;
    struct slot *slots;
};

static struct scratch *scratch_of(struct link_batch *b)
{
    if (b->scratch)
        return b->scratch;
    size_t each = sizeof(struct mmsghdr) + sizeof(struct slot);
    struct scratch *s = mem_zero(1, sizeof *s + b->slots * each);
    if (!s)
        return NULL;
    s->slots = (struct slot *)(s + 1);
    s->msgs = (struct mmsghdr *)(s->slots + b->slots);
    b->scratch = s;
    return s;
}

/* The kernel shortens lengths as it fills them, so they are set again before each call. */
static void prepare(struct scratch *s, struct link_batch *b)
{
    for (size_t i = 0; i < b->slots; i++) {
        s->slots[i].iov = (struct iovec){b->memory + i * b->slot_bytes, b->slot_bytes};
        s->msgs[i].msg_hdr = (struct msghdr){
            .msg_name = &s->slots[i].peer,
            .msg_namelen = sizeof s->slots[i].peer,
            .msg_iov = &s->slots[i].iov,
            .msg_iovlen = 1,
            .msg_control = s->slots[i].control,
            .msg_controllen = sizeof s->slots[i].control,
        };
    }
}

static void read_pktinfo4(const struct cmsghdr *c, uint16_t port, struct addr *local)
{
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    local->in.sin_family = AF_INET;
    local->in.sin_port = htons(port);
    local->in.sin_addr = info.ipi_spec_dst;
}

static void read_pktinfo6(const struct cmsghdr *c, uint16_t port, struct addr *local)
{
    struct in6_pktinfo info;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    local->in6.sin6_family = AF_INET6;
    local->in6.sin6_port = htons(port);
    local->in6.sin6_addr = info.ipi6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
        local->in6.sin6_scope_id = (uint32_t)info.ipi6_ifindex;
}

/* Where the datagrams of a message arrived, and the size of each (0: it is a single one). */
static size_t read_control(const struct udp *u, struct msghdr *msg, struct addr *local)
{
    size_t segment = 0;
    uint16_t port = addr_port(&u->link.bound);
    memset(local, 0, sizeof *local);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
            read_pktinfo4(c, port, local);
        else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
            read_pktinfo6(c, port, local);
        else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int bytes;
            memcpy(&bytes, CMSG_DATA(c), sizeof bytes);
            segment = bytes > 0 ? (size_t)bytes : 0;
        }
    }
    return segment;
}

/* Cuts one message into the datagrams it is made of. */
static void split(const struct udp *u, struct mmsghdr *m, struct link_batch *b)
{
    struct addr local;
    uint8_t *data = m->msg_hdr.msg_iov->iov_base;
    size_t left = m->msg_len;
    size_t segment = read_control(u, &m->msg_hdr, &local);
    if (segment == 0 || segment > left)
        segment = left;
    do {
        size_t len = left < segment ? left : segment;
        if (b->n == b->cap)
            return;
        b->at[b->n++] = (struct link_dgram){
            .peer = *(const struct addr *)m->msg_hdr.msg_name,
            .local = local,
            .data = data,
            .len = len,
        };
        data += len;
        left -= len;
    } while (left > 0);
}

/* A datagram that did not fit its slot is none: half of one would only mislead. */
static void collect(struct udp *u, struct scratch *s, int n, struct link_batch *b)
{
    uint64_t bytes = 0;
    b->n = 0;
    b->more = (size_t)n == b->slots;
    for (int i = 0; i < n; i++) {
        if (s->msgs[i].msg_hdr.msg_flags & MSG_TRUNC)
            continue;
        split(u, &s->msgs[i], b);
        bytes += s->msgs[i].msg_len;
    }
    udp_count(&u->link.counters.rx_packets, b->n);
    udp_count(&u->link.counters.rx_bytes, bytes);
}

int udp_recv(struct link *l, struct link_batch *b)
{
    struct udp *u = udp_of(l);
    struct scratch *s = scratch_of(b);
    b->n = 0;
    b->more = false;
    if (!s)
        return -ENOMEM;
    for (int tries = 0; tries < UDP_TRIES; tries++) {
        prepare(s, b);
        int n = recvmmsg(l->fd, s->msgs, (unsigned)b->slots, MSG_DONTWAIT, NULL);
        if (n > 0) {
            collect(u, s, n, b);
            if (b->n > 0)
                return (int)b->n;
            continue;
        }
        int error = errno;
        /* Also when nothing is there: what woke poll() may have been the error queue alone. */
        udp_drain_errors(u);
        if (error == EAGAIN)
            return 0;
        if (!udp_is_icmp_error(error) && error != EINTR)
            return -error;
    }
    return 0;
}
