/* SPDX-License-Identifier: MIT */
#ifndef TESTS_NET_PAIR_H
#define TESTS_NET_PAIR_H

#include "net/secure.h"

/* A client's and a server's channel with two queues of datagrams between them, for tests. The
 * server's side is a listener in small: no channel before a right cookie. */
enum { PAIR_QUEUE = 256, PAIR_DGRAM = 2048, PAIR_CLIENT = 0, PAIR_SERVER = 1 };

struct pair_dgram {
    size_t len;
    uint8_t bytes[PAIR_DGRAM];
};

struct pair_queue {
    struct pair_dgram at[PAIR_QUEUE];
    unsigned head, tail;
    unsigned total; /* datagrams ever offered */
    uint64_t lose;  /* bit n: the n-th datagram offered is lost */
    bool full;      /* the link takes nothing */
};

struct pair {
    char dir[64];
    struct keys *keys[2];
    struct secure *end[2];   /* the server's: NULL before its cookie */
    struct pair_queue to[2]; /* datagrams on their way to that end */
    struct secure_cookies cookies;
    uint64_t now_ns; /* the cookies' time */
    unsigned mtu;
};

int pair_init(struct pair *p); /* makes keys and the client's channel */
void pair_fini(struct pair *p);

secure_out_fn pair_out; /* ctx: a struct pair_queue */
/* The oldest datagram to that end, or NULL; valid until PAIR_QUEUE more were sent. */
struct pair_dgram *pair_take(struct pair *p, int end);
/* Gives one datagram to an end, as the listener or receiver would; the end's handshake result. */
int pair_give(struct pair *p, int end, const uint8_t *bytes, size_t len);
/* Both ends until they are done or deadline_ms of real time are over; 0 if both are done. */
int pair_handshake(struct pair *p, unsigned deadline_ms);

#endif
