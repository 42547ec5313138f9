/* SPDX-License-Identifier: MIT */
#ifndef SIM_SEEDS_H
#define SIM_SEEDS_H

#include <unistd.h>

/* Sanitizers slow a simulation down ten to forty times: there a part of the seeds has to do. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SEEDS_SHARE 16
#elif __has_feature(address_sanitizer)
#define SEEDS_SHARE 4
#endif
#elif defined(__SANITIZE_THREAD__)
#define SEEDS_SHARE 16
#elif defined(__SANITIZE_ADDRESS__)
#define SEEDS_SHARE 4
#endif
#ifndef SEEDS_SHARE
#define SEEDS_SHARE 1
#endif

/* At least two, so that different seeds can be told apart. */
#define SEEDS(n) ((n) / SEEDS_SHARE > 2 ? (n) / SEEDS_SHARE : 2)

/* A simulation computes without a pause; tests that live in real time come first. */
static inline void seeds_give_way(void)
{
    if (nice(10) < 0)
        return;
}

#endif
