/* SPDX-License-Identifier: MIT */
#include "tui/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT};
enum { SIGNALS = sizeof signals / sizeof signals[0], STACK_BYTES = 64 * 1024 };

struct leaving {
    uint8_t bytes[RESCUE_BYTES];
    size_t len;
};

static struct {
    int fd;
    int null; /* takes fd's place, so that threads still running write nothing behind us */
    struct termios saved;
    struct leaving leaving[2];
    atomic_uint now; /* which of them counts */
    struct sigaction before[SIGNALS];
} rescue;
static atomic_bool armed;
static atomic_int true_stderr = -1;
static atomic_bool at_exit_set;

static void give_back(void)
{
    if (!atomic_exchange(&armed, false)) {
        return;
    }
    const struct leaving *l = &rescue.leaving[atomic_load(&rescue.now)];
    size_t at = 0;
    int fd = fcntl(rescue.fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0 || rescue.null < 0 || dup2(rescue.null, rescue.fd) < 0) {
        fd = rescue.fd;
    }
    for (int tries = 0; at < l->len && tries < 10; tries++) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        poll(&p, 1, 100);
        ssize_t n = write(fd, l->bytes + at, l->len - at);
        at += n > 0 ? (size_t)n : 0;
    }
    tcsetattr(fd, TCSANOW, &rescue.saved);
}

static void on_signal(int sig)
{
    int err = errno;
    give_back();
    int fd = atomic_load(&true_stderr);
    if (fd >= 0) {
        dup2(fd, STDERR_FILENO);
    }
    for (unsigned i = 0; i < SIGNALS; i++) {
        if (signals[i] == sig) {
            sigaction(sig, &rescue.before[i], NULL);
        }
    }
    errno = err;
    raise(sig); /* blocked until we return, then it meets the former handler */
}

void rescue_bytes(const void *bytes, size_t len)
{
    unsigned other = !atomic_load(&rescue.now);
    struct leaving *l = &rescue.leaving[other];
    l->len = len < RESCUE_BYTES ? len : RESCUE_BYTES;
    memcpy(l->bytes, bytes, l->len);
    atomic_store(&rescue.now, other);
}

void rescue_arm(int fd, const struct termios *saved, const void *bytes, size_t len)
{
    rescue_disarm();
    rescue.fd = fd;
    rescue.null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    rescue.saved = *saved;
    rescue_bytes(bytes, len);
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigfillset(&sa.sa_mask);
    for (unsigned i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &sa, &rescue.before[i]);
    }
    if (!atomic_exchange(&at_exit_set, true)) {
        atexit(give_back);
    }
    atomic_store(&armed, true);
}

void rescue_disarm(void)
{
    if (!atomic_exchange(&armed, false)) {
        return;
    }
    for (unsigned i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &rescue.before[i], NULL);
    }
    close(rescue.null);
}

void rescue_stderr(int fd)
{
    atomic_store(&true_stderr, fd);
}

void *rescue_stack_new(void)
{
    void *memory = mem_alloc(STACK_BYTES);
    stack_t s = {.ss_sp = memory, .ss_size = STACK_BYTES};
    if (memory && sigaltstack(&s, NULL) != 0) {
        mem_free(memory);
        return NULL;
    }
    return memory;
}

void rescue_stack_free(void *stack)
{
    if (stack) {
        stack_t off = {.ss_flags = SS_DISABLE};
        sigaltstack(&off, NULL);
        mem_free(stack);
    }
}
