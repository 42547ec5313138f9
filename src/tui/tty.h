/* SPDX-License-Identifier: MIT */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* The terminal as a device: opened anew, so that O_NONBLOCK dies with us and never reaches the
 * shell that shares the user's descriptor. */
struct tty {
    int in, out;          /* ours; non-blocking unless shared */
    bool shared;          /* it could not be opened anew (another user's): write little at a time */
    struct termios saved; /* as it was */
    bool raw;
};

struct tty_size {
    unsigned cols, rows, width_px, height_px; /* pixels 0: not known */
};

/* -ENOTTY when it is no terminal. */
int tty_open(struct tty *t, int in, int out);
void tty_close(struct tty *t);

/* Keys one at a time, no echo, no newline translation either way; Ctrl-C and Ctrl-Z stay signals.
 * Takes effect at once: what waits to be written is not waited for. */
int tty_raw(struct tty *t);
void tty_restore(struct tty *t); /* discards unread input: late answers are not for the shell */

bool tty_size(const struct tty *t, struct tty_size *out);

/* Writes within about timeout_ms or gives up: for the last bytes of an ending. */
void tty_write_bounded(const struct tty *t, const void *bytes, size_t len, unsigned timeout_ms);

#endif
