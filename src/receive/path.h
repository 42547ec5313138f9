/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_PATH_H
#define RECEIVE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/link.h"
#include "net/secure.h"

/* One DTLS channel to a server from one fresh port. A native stream has one, and for a while two
 * when it tries anew beside a silent one. One thread; embedded, must not move while open. */
enum path_state {
    PATH_CLOSED,
    PATH_HANDSHAKE,
    PATH_READY, /* the peer's key is known; nobody has judged it yet */
    PATH_IN_USE,
    PATH_DEAD, /* why says so */
};

enum { PATH_WHY = 200 };

struct path {
    enum path_state state;
    struct addr peer;
    struct link *link;
    struct secure *secure;
    struct link_batch batch;
    uint64_t give_up_ns, repeat_ns; /* of the handshake */
    bool unreachable;               /* dead because ICMP said so */
    char why[PATH_WHY];
};

/* A message came on a path in use. It must not close any path. */
typedef void path_message_fn(void *ctx, struct path *p, const uint8_t *bytes, size_t len,
                             uint64_t now_ns);

/* Opens a port and begins a handshake, which is given up after 5 s. 0 or a negative code. */
int path_open(struct path *p, const struct addr *peer, const struct keys *keys, uint64_t now_ns);
/* Frees everything; tells the peer first when it can. Harmless on a closed one. */
void path_close(struct path *p);
bool path_is_open(const struct path *p);
int path_fd(const struct path *p);

/* Takes in what arrived and repeats what is due. */
void path_step(struct path *p, uint64_t now_ns, path_message_fn *fn, void *ctx);
uint64_t path_deadline(const struct path *p); /* of the handshake; UINT64_MAX after it */
void path_send(struct path *p, const uint8_t *bytes, size_t len);

#endif
