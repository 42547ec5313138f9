/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_TARGET_H
#define RECEIVE_TARGET_H

#include "net/addr.h"
#include "receive/feed.h"
#include "receive/lookup.h"

/* The addresses of a URL's host. A name may have several (localhost: ::1 and 127.0.0.1): each is
 * tried before anybody waits. A plain value, the receiver's thread. */
struct target {
    struct addr addr[LOOKUP_ADDRS];
    int n, at;
    int tried; /* in this round */
};

/* Looks the receiver's host up and takes the address that was used last, if it is still there, or
 * the first one. Waits for the resolver as feed_wait() does. GOES_ON when there is an address,
 * LOST when not (why is said), or what feed_wait() said. */
enum feed_end target_find(struct target *t, struct receiver *r);
const struct addr *target_addr(const struct target *t);
/* The present address failed: true if there is another one to try at once. */
bool target_next(struct target *t);
/* The present address worked. */
void target_worked(struct target *t);

#endif
