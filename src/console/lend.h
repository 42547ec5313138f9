/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_LEND_H
#define CONSOLE_LEND_H

#include <stdbool.h>
#include <termios.h>

/* This process's terminal, while it is lent to a wall: how it was before, and how to get it back
 * when the wall cannot give it back any more. */
struct lend {
    struct termios saved;
};

bool lend_possible(void); /* are standard input and output a terminal? */
int lend_begin(struct lend *l);

/* Leaves the other screen, puts modes and settings back, once more if the wall has done so: it does
 * not wait for a terminal that does not read, we do (for seconds). Only in the foreground, where
 * the terminal is ours to change. */
void lend_end(const struct lend *l);
bool lend_foreground(void);

#endif
