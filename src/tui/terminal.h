/* SPDX-License-Identifier: MIT */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdio.h>

#include "tui/tui.h"

/* Asks the terminal what the screen asks it, waits at most timeout_ms for its answers, gives it
 * back, and prints each fact, what it means, and the mode of pictures it led to. -errno, or
 * ERR_LIBRARY with the reason in error (TUI_TEXT_MAX bytes). No screen may be shown meanwhile. */
int terminal_report(const struct tui_terminal *t, unsigned timeout_ms, FILE *to, char *error);

#endif
