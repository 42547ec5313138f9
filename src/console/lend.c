/* SPDX-License-Identifier: MIT */
#include "console/lend.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64, PATIENCE_MS = 5000 };

bool lend_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int lend_begin(struct lend *l)
{
    return tcgetattr(STDIN_FILENO, &l->saved) < 0 ? -errno : 0;
}

bool lend_foreground(void)
{
    pid_t group = tcgetpgrp(STDIN_FILENO);

    return group < 0 || group == getpgrp(); /* -1: not the controlling terminal, so no jobs */
}

/* The user's descriptor blocks and must stay so: little at a time, when there is room. */
static void say(const char *bytes, size_t len)
{
    while (len > 0) {
        struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (poll(&p, 1, PATIENCE_MS) <= 0 || !(p.revents & POLLOUT))
            return;
        ssize_t n = write(STDOUT_FILENO, bytes, len < CHUNK ? len : CHUNK);
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

void lend_end(const struct lend *l)
{
    /* Abort a half-written sequence and end a synchronized update; paste and mouse reports off;
     * charset, attributes, scroll region (which moves the cursor), main screen, cursor. Terminals
     * ignore what they do not know. */
    static const char leave[] = "\030\033\\\033[?2026l\033[?2004l\033[?1006l\033[?1000l\017"
                                "\033[0m\0337\033[r\0338\033[?1049l\033[?1l\033>\033[?25h\r";

    if (!lend_foreground())
        return;
    say(leave, sizeof(leave) - 1);
    tcsetattr(STDIN_FILENO, TCSANOW, &l->saved);
}
