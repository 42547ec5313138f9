/* SPDX-License-Identifier: MIT */
#include "receive/target.h"

#include <string.h>

#include "util/err.h"

int target_resolve(struct target *t, const struct url *u, const char **error)
{
    struct addr found[TARGET_ADDRS], last = {0};

    if (t->n > 0 && t->tried > 0 && t->tried < t->n)
        return 0; /* in the middle of a round */
    if (t->n > 0)
        last = t->addr[t->at];
    int n = addr_resolve_all(u->host, u->port, found, TARGET_ADDRS, error);
    if (n <= 0)
        return n < 0 ? n : ERR_UNKNOWN;
    *t = (struct target){.n = n};
    memcpy(t->addr, found, (size_t)n * sizeof(found[0]));
    for (int i = 0; i < n; i++)
        if (addr_equal(&t->addr[i], &last))
            t->at = i;
    return 0;
}

const struct addr *target_addr(const struct target *t)
{
    return &t->addr[t->at];
}

bool target_next(struct target *t)
{
    if (t->n == 0)
        return false;
    if (++t->tried >= t->n) {
        t->tried = 0;
        return false;
    }
    t->at = (t->at + 1) % t->n;
    return true;
}

void target_worked(struct target *t)
{
    t->tried = 0;
}
