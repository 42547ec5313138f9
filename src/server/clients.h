/* SPDX-License-Identifier: MIT */
#ifndef SERVER_CLIENTS_H
#define SERVER_CLIENTS_H

#include <pthread.h>

#include "server/client.h"

/* The table of all clients. Only the listener adds and removes; threads look others up under the
 * lock. Lock order: clients before inbox. */
enum { CLIENTS_BUCKETS = 1024 };
struct clients {
    pthread_mutex_t lock;
    struct client *bucket[CLIENTS_BUCKETS];
    unsigned n;
};

int clients_init(struct clients *t);
void clients_fini(struct clients *t); /* empty by then */

/* Listener thread. */
void clients_add(struct clients *t, struct client *c);
unsigned clients_from(struct clients *t, const struct addr *peer); /* of the same host */
/* Of this key: the one in its handshake, or the established one; NULL: none. Done ones are left
 * out. */
struct client *clients_find(struct clients *t, const struct link *link, const struct addr *local,
                            const struct addr *peer, bool established);
/* Takes the clients whose threads are done out of the table, as a list over next. */
struct client *clients_take_done(struct clients *t);
struct client *clients_take(struct clients *t); /* any; NULL: none is left */
/* The peer is said to be unreachable. */
void clients_icmp(struct clients *t, const struct addr *peer);

/* Any thread. */
void clients_say(struct clients *t, enum inbox_word word);
void clients_end(struct clients *t, int reason);
/* c's handshake is done: an older client of the same key is replaced. */
void clients_establish(struct clients *t, struct client *c);
/* c subscribed with a token: another client of the same fingerprint and token is replaced. */
void clients_claim(struct clients *t, struct client *c, uint64_t token);

#endif
