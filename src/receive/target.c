/* SPDX-License-Identifier: MIT */
#include "receive/target.h"

#include <string.h>

#include "util/err.h"
#include "util/text.h"

static enum feed_end await(struct receiver *r, struct lookup_result *result)
{
    struct lookup *l;
    enum feed_end end = FEED_GOES_ON;

    int err = lookup_start(&r->url, &l);
    if (err < 0) {
        *result = (struct lookup_result){.n = err};
        return FEED_GOES_ON;
    }
    struct pollfd p = {.fd = lookup_fd(l), .events = POLLIN};
    while (end == FEED_GOES_ON && !lookup_done(l, result))
        end = feed_wait(r, &p, 1, UINT64_MAX);
    lookup_drop(l);
    return end;
}

static void take(struct target *t, const struct lookup_result *found)
{
    struct addr last = t->addr[t->at];

    *t = (struct target){.n = found->n};
    memcpy(t->addr, found->addr, (size_t)found->n * sizeof(found->addr[0]));
    for (int i = 0; i < t->n; i++)
        if (addr_equal(&t->addr[i], &last))
            t->at = i;
}

enum feed_end target_find(struct target *t, struct receiver *r)
{
    struct lookup_result found;

    if (t->tried > 0)
        return FEED_GOES_ON; /* in the middle of a round */
    enum feed_end end = await(r, &found);
    if (end != FEED_GOES_ON)
        return end;
    if (found.n <= 0) {
        feed_why(r, "%s: %s", r->url.host,
                 found.error ? found.error : err_str(found.n < 0 ? found.n : ERR_UNKNOWN));
        return FEED_LOST;
    }
    take(t, &found);
    return FEED_GOES_ON;
}

const struct addr *target_addr(const struct target *t)
{
    return &t->addr[t->at];
}

bool target_next(struct target *t)
{
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
