/* SPDX-License-Identifier: MIT */
#include "util/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "util/alloc.h"
#include "util/mono.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Red zones and unoptimized frames need several times the room. */
enum { SANITIZED_FACTOR = 8 };

struct start {
    void (*run)(void *);
    void *arg;
    char name[16];
};

static void *trampoline(void *arg)
{
    struct start start = *(struct start *)arg;
    mem_free(arg);
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.arg);
    return NULL;
}

/* The new thread inherits the mask of the one that makes it, so there is no moment at which it
 * could be chosen for a signal. */
static int create_blocked(pthread_t *id, const pthread_attr_t *attr, struct start *start)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = pthread_create(id, attr, trampoline, start);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return e;
}

static int start_thread(pthread_t *id, bool detached, const char *name, size_t stack_bytes,
                        void (*run)(void *), void *arg)
{
    struct start *start = mem_alloc(sizeof *start);
    if (!start)
        return -ENOMEM;
    *start = (struct start){.run = run, .arg = arg};
    snprintf(start->name, sizeof start->name, "%.15s", name);

    pthread_attr_t attr;
    int e = pthread_attr_init(&attr);
    if (e == 0) {
        if (detached)
            pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        e = pthread_attr_setstacksize(&attr,
                                      SANITIZED ? stack_bytes * SANITIZED_FACTOR : stack_bytes);
        if (e == 0)
            e = create_blocked(id, &attr, start);
        pthread_attr_destroy(&attr);
    }
    if (e != 0)
        mem_free(start);
    return -e;
}

int thread_start(struct thread *t, const char *name, size_t stack_bytes, void (*run)(void *),
                 void *arg)
{
    int rc = start_thread(&t->id, false, name, stack_bytes, run, arg);
    t->started = rc == 0;
    return rc;
}

int thread_start_detached(const char *name, size_t stack_bytes, void (*run)(void *), void *arg)
{
    pthread_t id;
    return start_thread(&id, true, name, stack_bytes, run, arg);
}

void thread_join(struct thread *t)
{
    if (t->started)
        pthread_join(t->id, NULL);
    t->started = false;
}

void thread_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
}

bool thread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, unsigned long long deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        pthread_cond_wait(c, m);
        return true;
    }
    struct timespec t = {.tv_sec = (time_t)(deadline_ns / NS_PER_S),
                         .tv_nsec = (long)(deadline_ns % NS_PER_S)};
    return pthread_cond_timedwait(c, m, &t) != ETIMEDOUT;
}
