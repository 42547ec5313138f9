/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_HEADLESS_H
#define CONSOLE_HEADLESS_H

#include "console/settings.h"
#include "console/wall.h"

/* Blocks the signals the program lives by (TERM, INT, HUP) and ignores PIPE; before any thread. The
 * descriptor that delivers them, or -errno. */
int headless_signals(void);

/* Runs a wall without a screen until a signal or the end of --duration, then stops it; statistics
 * and summary on the way. Returns the exit status. */
int headless_run(const struct settings *s, struct wall *w, int signal_fd);

#endif
