/* SPDX-License-Identifier: MIT */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "net/keys.h"
#include "server/settings.h"

/* The running server: cameras, listener, the main thread's loop over signals and the list of
 * authorized clients. Returns when TERM or INT came (0) or it could not start (a negative code,
 * logged). argc and argv are for re-reading the configuration on HUP. SIGTERM, SIGINT and SIGHUP
 * must be blocked. */
int server_run(const struct server_settings *settings, const struct keys *keys, int argc,
               char **argv);

#endif
