/* SPDX-License-Identifier: MIT */
#ifndef TUI_STDERR_TAP_H
#define TUI_STDERR_TAP_H

#include "util/thread.h"

/* What libraries print on standard error, as lines for whoever asks, while a screen is shown on
 * the same terminal. One at a time in a process; before the screen starts, until after it ended. */
struct stderr_tap {
    int true_fd; /* where standard error went before; -1: not tapped */
    int read_fd;
    struct thread thread;
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

/* line is called on the tap's own thread; text is printable UTF-8, without newline. */
int stderr_tap_open(struct stderr_tap *t, void (*line)(void *ctx, const char *text), void *ctx);
void stderr_tap_close(struct stderr_tap *t); /* the last lines are still given */

#endif
