/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MAILBOX_H
#define UTIL_MAILBOX_H

#include <stdint.h>

/* One slot that holds the newest item only. Lock-free; any number of threads on either side. */
struct mailbox {
    void *slot;           /* atomic */
    uint64_t overwritten; /* atomic: items replaced before anybody took them */
    void (*drop)(void *item);
};

void mailbox_init(struct mailbox *m, void (*drop)(void *item));
void mailbox_fini(struct mailbox *m);            /* drops what is in it */
void mailbox_put(struct mailbox *m, void *item); /* takes the item, drops the one before it */
void *mailbox_take(struct mailbox *m);           /* gives it to the caller, or NULL */
uint64_t mailbox_overwritten(const struct mailbox *m);

#endif
