/* SPDX-License-Identifier: MIT */
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/link.h"
#include "net/secure.h"
#include "server/admission.h"
#include "server/camera.h"
#include "server/inbox.h"
#include "util/thread.h"

/* One client and its thread, native or legacy. The listener makes it, finds it by (link, local
 * address, peer address), gives it datagrams and words through its inbox, and joins and frees it
 * once its thread has said that it is done. */
struct clients;
struct groups;

/* What every client's thread stands on; outlives them all. */
struct service {
    const struct keys *keys;
    struct admission *admission;
    struct camera *const *cameras;
    unsigned n_cameras;
    unsigned mtu;
    uint64_t boot; /* random, a run */
    struct clients *clients;
    struct groups *groups;
    int wake_fd; /* eventfd: wakes the listener when a client is done */
};

struct client {
    struct service *service;
    struct link *link;
    struct addr local, peer;
    struct inbox inbox;
    struct thread thread;
    bool legacy;
    int refuse;               /* a reason why it is let in only to be told, -1: none */
    uint8_t hello_random[32]; /* of the hello that began its handshake */
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    uint64_t token;                     /* of its stream, under the table's lock; 0: none yet */
    char fingerprint[KEYS_FINGERPRINT]; /* set before established */
    int established;                    /* atomic: its handshake is done */
    int done;                           /* atomic: its thread is about to return */
    struct client *next;                /* of the same hash */
};

int client_new(struct service *service, struct link *link, const struct addr *local,
               const struct addr *peer, struct client **out);
void client_free(struct client *c);
void client_run_native(void *client); /* server/session.c */
void client_run_legacy(void *client); /* server/legacy.c */
/* At the end of a thread: marks it done and wakes the listener. */
void client_done(struct client *c);

#endif
