/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_START_H
#define CONSOLE_START_H

#include <stdbool.h>

#include "console/rundir.h"
#include "console/settings.h"

/* How a wall starts: it takes its name, and with a screen becomes a process of its own. Before any
 * thread or library is started. */
struct start {
    struct rundir_claim claim;
    bool named;
    int starter_fd; /* to the process that the shell started; -1: this is that process */
};

enum start_role {
    START_WALL,    /* go on as the wall; start_fini() is due */
    START_STARTER, /* the terminal is lent to the wall until the end; *status is the exit status */
    START_FAILED,  /* a complaint was made; *status */
};

enum start_role start_wall(const struct settings *s, const char *state_dir, struct start *st,
                           int *status);
void start_fini(struct start *st); /* gives the name back */

#endif
