/* SPDX-License-Identifier: MIT */
#include "tui/stderr_tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "tui/rescue.h"
#include "util/text.h"

enum { LINE_MAX_BYTES = 512 };

/* Control characters go (colours of libav's messages), as do bytes that are not UTF-8. */
static void give_line(const struct stderr_tap *t, const char *raw, size_t len)
{
    char line[LINE_MAX_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t step = text_decode(raw + i, len - i, &cp);
        if (cp == 27 && i + 1 < len && raw[i + 1] == '[') {
            for (i += 2; i < len && (raw[i] < 0x40 || raw[i] > 0x7e); i++) {
            }
            i++;
            continue;
        }
        if (cp >= 0x20 && (cp < 0x7f || cp >= 0xa0) && cp != 0xfffd && n + step < sizeof line) {
            for (size_t k = 0; k < step; k++) {
                line[n++] = raw[i + k];
            }
        }
        i += step;
    }
    line[n] = 0;
    if (n) {
        t->line(t->ctx, line);
    }
}

static void run(void *arg)
{
    const struct stderr_tap *t = arg;
    char buf[LINE_MAX_BYTES];
    size_t len = 0;
    for (;;) {
        ssize_t n = read(t->read_fd, buf + len, sizeof buf - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        size_t from = 0;
        for (size_t i = 0; i < len; i++) {
            if (buf[i] == '\n' || buf[i] == '\r') {
                give_line(t, buf + from, i - from);
                from = i + 1;
            }
        }
        if (from == 0 && len == sizeof buf) {
            give_line(t, buf, len);
            from = len;
        }
        for (size_t i = from; i < len; i++) {
            buf[i - from] = buf[i];
        }
        len -= from;
    }
    give_line(t, buf, len);
}

int stderr_tap_open(struct stderr_tap *t, void (*line)(void *ctx, const char *text), void *ctx)
{
    int fds[2];
    *t = (struct stderr_tap){.true_fd = -1, .read_fd = -1, .line = line, .ctx = ctx};
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return -errno;
    }
    t->read_fd = fds[0];
    t->true_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int err = t->true_fd < 0 || dup2(fds[1], STDERR_FILENO) < 0 ? -errno : 0;
    close(fds[1]);
    if (!err) {
        /* Whoever prints must never wait for the screen: what does not fit is lost. */
        fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
        rescue_stderr(t->true_fd);
        err = thread_start(&t->thread, "stderr", THREAD_STACK_SMALL, run, t);
    }
    if (err) {
        stderr_tap_close(t);
    }
    return err;
}

void stderr_tap_close(struct stderr_tap *t)
{
    if (t->true_fd >= 0) {
        rescue_stderr(-1);
        dup2(t->true_fd, STDERR_FILENO); /* closes the pipe's last writer: the thread ends */
        close(t->true_fd);
    }
    thread_join(&t->thread);
    if (t->read_fd >= 0) {
        close(t->read_fd);
    }
    t->true_fd = t->read_fd = -1;
}
