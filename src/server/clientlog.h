/* SPDX-License-Identifier: MIT */
#ifndef SERVER_CLIENTLOG_H
#define SERVER_CLIENTLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

/* The lines that say which client came and left, when and why; scripts read them. Any thread. */
struct clientlog {
    const struct addr *peer;
    const char *name, *fingerprint; /* fingerprint NULL: legacy, unencrypted */
};

struct clientlog_totals {
    uint64_t began_ns, frames, bytes;
    uint64_t dropped;                 /* frames that came while it was behind or paused */
    uint64_t packets, lost, repaired; /* fragments, as the client reports them */
    bool reported;                    /* the client has reported at all */
};

void clientlog_connected(const struct clientlog *l, const char *camera);
void clientlog_listed(const struct clientlog *l);
void clientlog_refused(const struct clientlog *l, const char *why);
void clientlog_not_authorized(const struct clientlog *l);
void clientlog_left(const struct clientlog *l, const char *camera, unsigned reason,
                    const struct clientlog_totals *t, uint64_t now_ns);

#endif
