/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_CONTROL_PEER_H
#define CONSOLE_CONTROL_PEER_H

#include "console/control_msg.h"

/* The other end of a wall's control socket: one connection to a wall. One thread. */
struct control_peer {
    int fd; /* owned; for poll() */
    uint8_t *buf;
    size_t len, cap, used; /* used: bytes of the message that was given last */
};

void control_peer_init(struct control_peer *p, int fd);
void control_peer_fini(struct control_peer *p);

/* Sends a message of less than a page, with n descriptors. 0, or -errno when the wall is gone or
 * has not read for a second. */
int control_peer_send(struct control_peer *p, const struct control_msg *m, const int *fds,
                      unsigned n);
int control_peer_say(struct control_peer *p, enum control_kind kind);

/* The next message, which lasts until the next call. 0, -EAGAIN (not before the deadline, which is
 * mono_ns(); 0: do not wait), ERR_CLOSED (the wall is gone), or as control_msg_decode(). */
int control_peer_next(struct control_peer *p, uint64_t deadline_ns, struct control_msg *m);

#endif
