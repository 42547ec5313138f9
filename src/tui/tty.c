/* SPDX-License-Identifier: MIT */
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/mono.h"

/* Bytes that a write to a shared, blocking terminal may take after poll() promised room. */
enum { SHARED_CHUNK = 256 };

static int open_anew(int fd, int flags, bool *shared)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int mine = open(path, flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (mine < 0) {
        *shared = true;
        mine = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    }
    if (mine < 0)
        return -errno;
    return mine;
}

int tty_open(struct tty *t, int in, int out)
{
    *t = (struct tty){.in = -1, .out = -1};
    if (tcgetattr(out, &t->saved) != 0 || !isatty(in)) {
        return -ENOTTY;
    }
    bool shared_in = false;
    t->in = open_anew(in, O_RDONLY, &shared_in);
    t->out = open_anew(out, O_RDWR, &t->shared);
    if (t->in < 0 || t->out < 0) {
        int err = t->in < 0 ? t->in : t->out;
        tty_close(t);
        return err;
    }
    return 0;
}

void tty_close(struct tty *t)
{
    if (t->in >= 0) {
        close(t->in);
    }
    if (t->out >= 0) {
        close(t->out);
    }
    t->in = t->out = -1;
}

int tty_raw(struct tty *t)
{
    struct termios raw;
    if (tcgetattr(t->out, &t->saved) != 0) {
        return -errno;
    }
    raw = t->saved;
    raw.c_iflag &= (tcflag_t) ~(ICRNL | INLCR | IGNCR | ISTRIP | IXON | INPCK);
    raw.c_oflag &= (tcflag_t)~OPOST;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ECHONL | IEXTEN);
    raw.c_lflag |= ISIG;
    raw.c_cflag &= (tcflag_t) ~(CSIZE | PARENB);
    raw.c_cflag |= CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(t->out, TCSANOW, &raw) != 0) {
        return -errno;
    }
    t->raw = true;
    return 0;
}

void tty_restore(struct tty *t)
{
    if (t->raw) {
        tcflush(t->in, TCIFLUSH);
        tcsetattr(t->out, TCSANOW, &t->saved);
        t->raw = false;
    }
}

bool tty_size(const struct tty *t, struct tty_size *out)
{
    struct winsize w;
    if (ioctl(t->out, TIOCGWINSZ, &w) != 0 || !w.ws_col || !w.ws_row) {
        return false;
    }
    *out = (struct tty_size){w.ws_col, w.ws_row, w.ws_xpixel, w.ws_ypixel};
    return true;
}

void tty_write_bounded(const struct tty *t, const void *bytes, size_t len, unsigned timeout_ms)
{
    const uint8_t *at = bytes;
    uint64_t end = mono_ns() + timeout_ms * NS_PER_MS;
    while (len) {
        struct pollfd p = {.fd = t->out, .events = POLLOUT};
        uint64_t now = mono_ns();
        if (now >= end || poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) <= 0 ||
            !(p.revents & POLLOUT)) {
            return;
        }
        size_t chunk = t->shared && len > SHARED_CHUNK ? SHARED_CHUNK : len;
        ssize_t n = write(t->out, at, chunk);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return;
        }
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}
