/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_MAINLOOP_H
#define CONSOLE_MAINLOOP_H

#include "console/host.h"
#include "console/settings.h"
#include "console/wall.h"

/* Blocks the signals the wall lives by (TERM, INT, HUP, TSTP) and ignores PIPE; before any thread.
 * The descriptor that delivers them, or -errno. */
int mainloop_signals(void);

struct mainloop_end {
    int status;    /* of the program's exit */
    char why[640]; /* what was wrong, a sentence; "" */
};

/* Runs a wall until a signal, somebody's wish or the end of --duration, then stops it and gives the
 * terminal back; statistics and summary on the way. */
void mainloop(const struct settings *s, struct wall *w, struct host *host, int signal_fd,
              struct mainloop_end *out);

#endif
