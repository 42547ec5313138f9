/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_CONTROL_H
#define CONSOLE_CONTROL_H

#include "console/control_msg.h"
#include "util/json.h"

/* The wall's end of its control socket: a bounded number of clients, none of which can make it wait
 * or hold a place for long. Owner's thread, except where it says otherwise. */
struct control;

enum { CONTROL_CLIENTS = 16, CONTROL_LATER = -1 };

/* What clients ask for. A client is a number that is never used again. Called by control_tend(). */
struct control_handler {
    void *ctx;
    /* A command: writes one JSON value and returns an exit status, or CONTROL_LATER when
     * control_answer() will be called. */
    int (*command)(void *ctx, uint64_t client, const struct control_msg *m, struct json *j);
    /* A terminal; takes both descriptors. It stays a client until it is sent CONTROL_END. */
    void (*attach)(void *ctx, uint64_t client, const struct control_terminal *t, const int fd[2]);
    /* RESIZE, SUSPEND, RESUME or LEAVE of one that is attached. */
    void (*terminal)(void *ctx, uint64_t client, const struct control_msg *m);
    /* A client closed its connection, was too slow, or said what makes no sense. */
    void (*gone)(void *ctx, uint64_t client);
};

/* Borrows the listening socket and the handler (copied). */
int control_new(int listen_fd, const struct control_handler *h, struct control **out);
/* What is yet to be sent is given a moment. */
void control_free(struct control *c);

/* A client that is connected already and needs no check; takes fd. *client may be NULL. */
int control_adopt(struct control *c, int fd, uint64_t *client);

/* Readable when control_tend() has something to do. */
int control_fd(const struct control *c);
void control_tend(struct control *c);

/* Nothing happens when the client is gone. CONTROL_END ends it. */
void control_send(struct control *c, uint64_t client, const struct control_msg *m);

/* The answer to a command that was left for later; any thread, before control_free(). */
void control_answer(struct control *c, uint64_t client, int status, const char *json);

#endif
