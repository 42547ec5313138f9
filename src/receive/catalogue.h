/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_CATALOGUE_H
#define RECEIVE_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "receive/receiver.h"

/* What cameras a server shows this client. */
struct catalogue {
    struct packet_camera camera[PROTO_CAMERAS_MAX];
    unsigned n;
};

/* Asks once and waits: s->url says where (any kind but legacy; its camera is not looked at). An
 * unknown key cannot be asked about here: RECEIVER_TRUST_ASK counts as KNOWN. 0; ERR_DENIED
 * (refused, also for its key), ERR_UNKNOWN (unreachable) or -ETIMEDOUT, with a sentence in error.
 */
int catalogue_ask(const struct receiver_settings *s, uint64_t timeout_ms, struct catalogue *out,
                  char *error, size_t cap);

#endif
