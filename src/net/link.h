/* SPDX-License-Identifier: MIT */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* A datagram link: the table that net/udp and net/simlink both fill. One thread receives; any
 * thread sends. */
struct link_dgram {
    struct addr peer;
    struct addr local; /* where it arrived (IP_PKTINFO), port included; family 0: not known */
    uint8_t *data;     /* into the batch's memory */
    size_t len;
};

/* Memory for a batch of received datagrams: made once, used again. With GRO one system call's
 * buffer holds many datagrams; the batch splits it. */
struct link_batch {
    struct link_dgram *at;
    size_t n, cap;
    uint8_t *memory;
    size_t slot_bytes, slots;
    bool more;     /* recv() filled every slot: there may be more to receive */
    void *scratch; /* the link's own */
};

enum link_event_type { LINK_UNREACHABLE };
struct link_event { /* from the error queue: ICMP said so about peer */
    enum link_event_type type;
    struct addr peer;
};

struct link;
struct link_ops {
    /* Fills the batch without waiting. Number of datagrams, 0 if none is there, or -errno. */
    int (*recv)(struct link *l, struct link_batch *b);
    /* Sends len bytes as datagrams of segment bytes each (the last may be shorter) from local
     * (family 0: the kernel's choice) to peer. 0, -EAGAIN when the socket is full (nothing of it
     * was counted as sent twice: *done, if not NULL, says how many bytes left), or -errno. An ICMP
     * error of another peer never fails a send: the error queue is drained and it is sent again. */
    int (*send)(struct link *l, const struct addr *local, const struct addr *peer,
                const uint8_t *bytes, size_t len, size_t segment, size_t *done);
    /* What ICMP said since the last call, as far as recv() and send() came across it (recv() does
     * when nothing else is there); number of events, at most cap. */
    int (*events)(struct link *l, struct link_event *e, int cap);
    void (*close)(struct link *l);
};

struct link_counters { /* atomic, relaxed */
    uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
    uint64_t tx_again, tx_errors, icmp;
};

struct link {
    const struct link_ops *ops;
    int fd; /* for poll(); -1: none (simulated) */
    struct addr bound;
    struct link_counters counters;
};

int link_batch_init(struct link_batch *b, size_t slots, size_t slot_bytes);
void link_batch_fini(struct link_batch *b);

#endif
