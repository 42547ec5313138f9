/* SPDX-License-Identifier: MIT */
#include "net/udp_impl.h"

#include <string.h>
#include <netinet/udp.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* Room for a source address and a segment size. */
struct control {
    _Alignas(struct cmsghdr)
        uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
    size_t used;
};

static void put_control(struct control *c, int level, int type, const void *value, size_t len)
{
    struct cmsghdr *h = (struct cmsghdr *)(c->bytes + c->used);
    memset(h, 0, CMSG_SPACE(len));
    h->cmsg_level = level;
    h->cmsg_type = type;
    h->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(h), value, len);
    c->used += CMSG_SPACE(len);
}

/* Replies leave from the address that was asked, or a host with several is not understood. */
static void put_source(struct control *c, const struct addr *local)
{
    if (!local)
        return;
    if (local->sa.sa_family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst = local->in.sin_addr};
        put_control(c, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else if (local->sa.sa_family == AF_INET6) {
        struct in6_pktinfo info = {
            .ipi6_addr = local->in6.sin6_addr,
            .ipi6_ifindex = local->in6.sin6_scope_id,
        };
        put_control(c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
}

/* One thing to send: where from, where to, and bytes to be cut into segments. */
struct parcel {
    const struct addr *peer;
    struct control control;
    const uint8_t *bytes;
    size_t len, segment;
};

static struct msghdr header(const struct udp *u, struct parcel *p, struct iovec *iov)
{
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 1};
    if (!u->connected) {
        msg.msg_name = (void *)&p->peer->sa;
        msg.msg_namelen = addr_len(p->peer);
    }
    if (p->control.used) {
        msg.msg_control = p->control.bytes;
        msg.msg_controllen = p->control.used;
    }
    return msg;
}

/* The three ways out. Each gives the bytes that left, which are whole datagrams, or -errno. */
static ssize_t send_single(struct udp *u, struct parcel *p)
{
    struct iovec iov = {(void *)p->bytes, p->len};
    struct msghdr msg = header(u, p, &iov);
    ssize_t n = sendmsg(u->link.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    return n < 0 ? -errno : n;
}

static ssize_t send_offloaded(struct udp *u, struct parcel *p)
{
    struct parcel with = *p;
    uint16_t segment = (uint16_t)p->segment;
    put_control(&with.control, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    return send_single(u, &with);
}

static ssize_t send_many(struct udp *u, struct parcel *p)
{
    struct mmsghdr msgs[UDP_GROUP];
    struct iovec iov[UDP_GROUP];
    unsigned n = 0;
    for (size_t at = 0; at < p->len; at += p->segment, n++) {
        size_t left = p->len - at;
        iov[n] = (struct iovec){(void *)(p->bytes + at), left < p->segment ? left : p->segment};
        msgs[n] = (struct mmsghdr){.msg_hdr = header(u, p, &iov[n])};
    }
    int sent = sendmmsg(u->link.fd, msgs, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return -errno;
    size_t bytes = (size_t)sent * p->segment;
    return (ssize_t)(bytes < p->len ? bytes : p->len);
}

/* EIO and ENOPROTOOPT say that the way out cannot do it at all; the others are about this call
 * (a segment larger than the path takes). */
static bool offload_refused(struct udp *u, ssize_t result)
{
    if (result == -EIO || result == -ENOPROTOOPT)
        __atomic_store_n(&u->segment_offload, false, __ATOMIC_RELAXED);
    return result == -EIO || result == -ENOPROTOOPT || result == -EINVAL || result == -EMSGSIZE;
}

static ssize_t send_once(struct udp *u, struct parcel *p)
{
    if (p->len <= p->segment)
        return send_single(u, p);
    if (__atomic_load_n(&u->segment_offload, __ATOMIC_RELAXED)) {
        ssize_t n = send_offloaded(u, p);
        if (n >= 0 || !offload_refused(u, n))
            return n;
    }
    ssize_t n = send_many(u, p);
    if (n != -ENOSYS)
        return n;
    p->len = p->segment;
    return send_single(u, p);
}

/* Sends past the ICMP errors of other peers, which the kernel reports to whoever comes next. */
static ssize_t send_group(struct udp *u, struct parcel *p)
{
    ssize_t n = -EAGAIN;
    for (int tries = 0; tries < UDP_TRIES; tries++) {
        n = send_once(u, p);
        if (n >= 0 || (!udp_is_icmp_error((int)-n) && n != -EINTR))
            break;
        udp_drain_errors(u);
    }
    /* With IP_RECVERR a full queue of the device shows as ENOBUFS. */
    return n == -ENOBUFS ? -EAGAIN : n;
}

static size_t group_bytes(size_t len, size_t segment)
{
    size_t most = UDP_GROUP_BYTES / segment;
    most = most > UDP_GROUP ? UDP_GROUP : most < 1 ? 1 : most;
    return len < most * segment ? len : most * segment;
}

static void count_sent(struct udp *u, size_t bytes, size_t segment)
{
    udp_count(&u->link.counters.tx_packets, bytes ? (bytes + segment - 1) / segment : 1);
    udp_count(&u->link.counters.tx_bytes, bytes);
}

static void count_failed(struct udp *u, ssize_t error)
{
    struct link_counters *c = &u->link.counters;
    udp_count(error == -EAGAIN ? &c->tx_again : &c->tx_errors, 1);
}

int udp_send(struct link *l, const struct addr *local, const struct addr *peer,
             const uint8_t *bytes, size_t len, size_t segment, size_t *done)
{
    struct udp *u = udp_of(l);
    struct parcel p = {.peer = peer};
    size_t at = 0;
    ssize_t n = 0;
    put_source(&p.control, local);
    if (segment == 0 || segment > len)
        segment = len ? len : 1;
    do {
        p.bytes = bytes + at;
        p.len = group_bytes(len - at, segment);
        p.segment = segment;
        n = send_group(u, &p);
        if (n >= 0) {
            count_sent(u, (size_t)n, segment);
            at += (size_t)n;
        } else {
            count_failed(u, n);
        }
    } while (n > 0 && at < len);
    if (done)
        *done = at;
    return n < 0 ? (int)n : 0;
}
