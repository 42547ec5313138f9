/* SPDX-License-Identifier: MIT */
#include "receive/lookup.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/text.h"
#include "util/thread.h"

/* Shared by who asked and the thread that answers; whoever leaves last frees it. */
struct lookup {
    int event_fd;
    char host[URL_HOST_MAX];
    uint16_t port;
    pthread_mutex_t lock;
    int users;
    bool done;
    struct lookup_result result;
};

static void leave(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    bool last = --l->users == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last)
        return;
    close(l->event_fd);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

static void answer(void *arg)
{
    struct lookup *l = arg;
    struct lookup_result result = {0};
    uint64_t one = 1;

    result.n = addr_resolve_all(l->host, l->port, result.addr, LOOKUP_ADDRS, &result.error);
    pthread_mutex_lock(&l->lock);
    l->result = result;
    l->done = true;
    pthread_mutex_unlock(&l->lock);
    /* A fresh counter always takes a one. */
    ssize_t ignored = write(l->event_fd, &one, sizeof(one));
    (void)ignored;
    leave(l);
}

static bool is_number(const char *host)
{
    struct addr_net ignored;

    return addr_net_parse(host, &ignored) == 0;
}

int lookup_start(const struct url *u, struct lookup **out)
{
    struct lookup *l = mem_zero(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    l->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->event_fd < 0) {
        int err = -errno;
        mem_free(l);
        return err;
    }
    pthread_mutex_init(&l->lock, NULL);
    text_copy(l->host, sizeof(l->host), u->host);
    l->port = u->port;
    l->users = 2;
    int err = 0;
    if (is_number(l->host))
        answer(l);
    else
        /* Not joined: it may outlive the stream by the resolver's time-out. */
        err = thread_start_detached("lookup", THREAD_STACK_BIG, answer, l);
    if (err < 0) {
        l->users = 1;
        leave(l);
        return err;
    }
    *out = l;
    return 0;
}

int lookup_fd(const struct lookup *l)
{
    return l->event_fd;
}

bool lookup_done(struct lookup *l, struct lookup_result *out)
{
    pthread_mutex_lock(&l->lock);
    bool done = l->done;
    if (done)
        *out = l->result;
    pthread_mutex_unlock(&l->lock);
    return done;
}

void lookup_drop(struct lookup *l)
{
    if (l)
        leave(l);
}
