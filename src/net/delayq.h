/* SPDX-License-Identifier: MIT */
#ifndef NET_DELAYQ_H
#define NET_DELAYQ_H

#include <stddef.h>
#include <stdint.h>

/* Datagrams under way, the next arrival first; those of one instant in the order they were pushed.
 * What is full loses newcomers, as a router does. One thread. */
struct delayed {
    uint64_t at_ns, order;
    unsigned tag; /* the pusher's own */
    size_t len;
    uint8_t bytes[];
};

struct delayq {
    struct delayed **heap;
    size_t n, cap, bytes, cap_bytes;
    uint64_t pushed, overflowed;
};

int delayq_init(struct delayq *q, size_t cap, size_t cap_bytes);
void delayq_fini(struct delayq *q);

/* Copies. 0, also when it was lost for want of room; -ENOMEM. corrupt_byte: index of a byte to
 * spoil in the copy, -1: none. */
int delayq_push(struct delayq *q, uint64_t at_ns, unsigned tag, const uint8_t *bytes, size_t len,
                int corrupt_byte);
uint64_t delayq_next_ns(const struct delayq *q); /* UINT64_MAX: it is empty */
/* The first that has arrived by now_ns, the caller's (mem_free), or NULL. */
struct delayed *delayq_pop(struct delayq *q, uint64_t now_ns);

#endif
