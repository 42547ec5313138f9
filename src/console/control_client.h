/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_CONTROL_CLIENT_H
#define CONSOLE_CONTROL_CLIENT_H

#include "console/control_msg.h"
#include "net/unixsock.h"

/* One connection to the wall, as its control socket sees it: bytes in, bytes out, never waiting.
 * Only control.c includes this. */
enum control_stage {
    CLIENT_ASKING,   /* has not said what it wants */
    CLIENT_WAITING,  /* its command is being done */
    CLIENT_ATTACHED, /* its terminal shows the screen */
    CLIENT_LEAVING,  /* ends when what is to be sent has left */
};

struct control_client {
    struct control_client *next;
    uint64_t id;
    int fd;
    enum control_stage stage;
    bool dead;
    uint64_t deadline_ns;  /* mono_ns(): then it is dead */
    uint32_t events;       /* that epoll watches for */
    int fds[UNIXSOCK_FDS]; /* that came and that nobody has taken */
    unsigned n_fds;
    uint8_t *out;
    size_t out_len, out_at, in_len;
    uint8_t in[CONTROL_HEADER + CONTROL_REQUEST];
};

struct control_client *control_client_new(int fd, uint64_t id); /* takes fd if it succeeds */
void control_client_free(struct control_client *k);

/* Sends what the socket takes. */
void control_client_flush(struct control_client *k);
/* Queues and sends a message; an answer or an end is the last one. */
void control_client_send(struct control_client *k, const struct control_msg *m);

/* Reads once; false when there was nothing. */
bool control_client_read(struct control_client *k);
/* The next message of those read; false when there is none (any more). What makes no sense kills
 * the client. */
bool control_client_next(struct control_client *k, struct control_msg *m);
void control_client_close_fds(struct control_client *k);

#endif
