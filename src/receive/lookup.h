/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_LOOKUP_H
#define RECEIVE_LOOKUP_H

#include <stdbool.h>

#include "net/addr.h"
#include "receive/url.h"

/* A host's addresses, asked for without waiting: the resolver cannot be interrupted, so a name is
 * looked up on a thread that is left to itself when nobody wants the answer any more. */
enum { LOOKUP_ADDRS = 8 };
struct lookup;

struct lookup_result {
    struct addr addr[LOOKUP_ADDRS];
    int n;             /* how many, or a negative code */
    const char *error; /* the resolver's text for it, static; may be NULL */
};

/* An address in numbers is looked up at once. 0 or a negative code. */
int lookup_start(const struct url *u, struct lookup **out);
int lookup_fd(const struct lookup *l); /* readable when it is done */
bool lookup_done(struct lookup *l, struct lookup_result *out);
void lookup_drop(struct lookup *l); /* done or not; NULL is fine */

#endif
