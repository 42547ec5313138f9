/* SPDX-License-Identifier: MIT */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { THREAD_STACK_SMALL = 64 * 1024, THREAD_STACK = 256 * 1024, THREAD_STACK_BIG = 2048 * 1024 };

struct thread {
    pthread_t id;
    bool started;
};

/* Starts a named thread (15 bytes of name are shown) with all signals blocked. Whoever starts it
 * joins it. Sanitizer builds enlarge the stack by themselves. */
int thread_start(struct thread *t, const char *name, size_t stack_bytes, void (*run)(void *),
                 void *arg);

/* The same for the rare thread that nobody can wait for, as one inside the resolver: it shares
 * what it uses and whoever leaves last frees that. */
int thread_start_detached(const char *name, size_t stack_bytes, void (*run)(void *), void *arg);

void thread_join(struct thread *t); /* harmless when it was never started */

/* A condition variable on CLOCK_MONOTONIC, and a wait that takes an absolute mono_ns() deadline
 * (UINT64_MAX: for ever). Returns false on time-out. */
void thread_cond_init(pthread_cond_t *c);
bool thread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, unsigned long long deadline_ns);

#endif
