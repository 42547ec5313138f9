/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_TARGET_H
#define RECEIVE_TARGET_H

#include "net/addr.h"
#include "receive/url.h"

/* The addresses of a URL's host. A name may have several (localhost: ::1 and 127.0.0.1): each is
 * tried before anybody waits. A plain value, one thread. */
enum { TARGET_ADDRS = 8 };

struct target {
    struct addr addr[TARGET_ADDRS];
    int n, at;
    int tried; /* in this round */
};

/* Looks the host up and takes the address that worked last, if it is still there, or the first
 * one. May block on DNS. 0, or a negative code and the resolver's text (static) in *error. */
int target_resolve(struct target *t, const struct url *u, const char **error);
const struct addr *target_addr(const struct target *t);
/* The present address failed: true if there is another one to try at once. */
bool target_next(struct target *t);
/* The present address worked. */
void target_worked(struct target *t);

#endif
