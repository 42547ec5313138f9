/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_HEADLESS_H
#define CONSOLE_HEADLESS_H

#include "console/app.h"
#include "console/settings.h"
#include "console/wall.h"

/* Blocks the signals the program lives by (TERM, INT, HUP, WINCH, TSTP, CONT) and ignores PIPE;
 * before any thread. The descriptor that delivers them, or -errno. */
int headless_signals(void);

/* Runs a wall until a signal, the end of --duration or, with a screen, the person's wish, then
 * stops it; statistics and, without a screen, a summary on the way. app is NULL or shows a screen.
 * Returns the exit status. */
int headless_run(const struct settings *s, struct wall *w, struct app *app, int signal_fd);

#endif
