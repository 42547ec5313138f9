/* SPDX-License-Identifier: MIT */
#ifndef NET_SIMLINK_H
#define NET_SIMLINK_H

#include "net/link.h"
#include "net/netmodel.h"

/* Two links joined by two bad networks, in virtual time: nothing arrives before simlink_advance()
 * says so. One thread. At most 16384 datagrams or 32 MB are under way in a direction. */
struct simlink;

int simlink_new(const struct netmodel_settings *there, const struct netmodel_settings *back,
                uint64_t seed, struct simlink **out);
void simlink_free(struct simlink *s);
struct link *simlink_end(struct simlink *s, int which); /* 0 or 1; borrowed */
void simlink_change(struct simlink *s, const struct netmodel_settings *there,
                    const struct netmodel_settings *back);
void simlink_advance(struct simlink *s, uint64_t now_ns);
uint64_t simlink_deadline(const struct simlink *s); /* next arrival; UINT64_MAX: none */

#endif
