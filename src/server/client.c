/* SPDX-License-Identifier: MIT */
#include "server/client.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "util/alloc.h"

int client_new(struct service *service, struct link *link, const struct addr *local,
               const struct addr *peer, struct client **out)
{
    struct client *c = mem_zero(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    int rc = inbox_init(&c->inbox);
    if (rc != 0) {
        mem_free(c);
        return rc;
    }
    c->service = service;
    c->link = link;
    c->local = *local;
    c->peer = *peer;
    c->refuse = -1;
    *out = c;
    return 0;
}

void client_free(struct client *c)
{
    thread_join(&c->thread);
    inbox_fini(&c->inbox);
    mem_free(c);
}

void client_done(struct client *c)
{
    const uint64_t one = 1;
    int fd = c->service->wake_fd;
    __atomic_store_n(&c->done, 1, __ATOMIC_RELEASE);
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}
