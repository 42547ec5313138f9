/* SPDX-License-Identifier: MIT */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "server/client.h"
#include "server/settings.h"

/* The listener thread: owns the sockets and the table of clients, checks cookies, admits, hands
 * datagrams to the clients' threads, tells them what ICMP says, and joins those that are done. */
struct listener;

/* Binds every address of the settings and starts the thread. On error a sentence that names the
 * address is logged. Borrows keys, admission and cameras. */
int listener_start(const struct server_settings *settings, const struct keys *keys,
                   struct admission *admission, struct camera *const *cameras, unsigned n_cameras,
                   struct listener **out);
/* Takes the limits of re-read settings. Any thread. */
void listener_configure(struct listener *l, const struct server_settings *settings);
/* The list of authorized clients changed: everybody is judged again. Any thread. */
void listener_judge(struct listener *l);
/* Says goodbye to every client, waits for their threads (at most about 1.5 s), joins, frees. */
void listener_stop(struct listener *l);

#endif
