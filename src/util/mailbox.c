/* SPDX-License-Identifier: MIT */
#include "util/mailbox.h"

#include <stddef.h>

void mailbox_init(struct mailbox *m, void (*drop)(void *item))
{
    *m = (struct mailbox){.drop = drop};
}

void mailbox_fini(struct mailbox *m)
{
    void *left = mailbox_take(m);
    if (left && m->drop)
        m->drop(left);
}

void mailbox_put(struct mailbox *m, void *item)
{
    void *before = __atomic_exchange_n(&m->slot, item, __ATOMIC_ACQ_REL);
    if (!before)
        return;
    __atomic_fetch_add(&m->overwritten, 1, __ATOMIC_RELAXED);
    if (m->drop)
        m->drop(before);
}

void *mailbox_take(struct mailbox *m)
{
    return __atomic_exchange_n(&m->slot, NULL, __ATOMIC_ACQ_REL);
}

uint64_t mailbox_overwritten(const struct mailbox *m)
{
    return __atomic_load_n(&m->overwritten, __ATOMIC_RELAXED);
}
