/* SPDX-License-Identifier: MIT */
#ifndef UTIL_STOP_H
#define UTIL_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* A stop token: raised once, seen by every thread that holds it. Raising is async-signal-safe. */
struct stop {
    int fd;     /* eventfd, readable for ever once raised: for poll() */
    int raised; /* atomic */
};

int stop_init(struct stop *s);
void stop_fini(struct stop *s);
void stop_raise(struct stop *s);
bool stop_raised(const struct stop *s);

/* Sleeps until the token is raised (returns true) or mono_ns() reaches the deadline (false). */
bool stop_wait_until(struct stop *s, uint64_t deadline_ns);

#endif
