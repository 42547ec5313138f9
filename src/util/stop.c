/* SPDX-License-Identifier: MIT */
#include "util/stop.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "util/mono.h"

int stop_init(struct stop *s)
{
    __atomic_store_n(&s->raised, 0, __ATOMIC_RELAXED);
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s->fd < 0 ? -errno : 0;
}

void stop_fini(struct stop *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void stop_raise(struct stop *s)
{
    int saved = errno; /* a signal handler may be the caller */
    __atomic_store_n(&s->raised, 1, __ATOMIC_RELEASE);
    uint64_t one = 1;
    ssize_t done = write(s->fd, &one, sizeof one); /* fails only when full: readable already */
    (void)done;
    errno = saved;
}

bool stop_raised(const struct stop *s)
{
    return __atomic_load_n(&s->raised, __ATOMIC_ACQUIRE) != 0;
}

bool stop_wait_until(struct stop *s, uint64_t deadline_ns)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    while (!stop_raised(s)) {
        uint64_t now = mono_ns();
        if (now >= deadline_ns)
            return false;
        uint64_t left = deadline_ns - now;
        struct timespec t = {.tv_sec = (time_t)(left / NS_PER_S),
                             .tv_nsec = (long)(left % NS_PER_S)};
        ppoll(&p, 1, deadline_ns == UINT64_MAX ? NULL : &t, NULL);
    }
    return true;
}
