/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_ATTACH_H
#define CONSOLE_ATTACH_H

#include <sys/types.h>

#include "console/settings.h"

/* The process that the shell started: it lends its terminal to a wall and waits, passing on what
 * happens to the terminal, until it gets it back. Both return the exit status. */

/* camwall --attach [NAME] */
int attach_main(const struct settings *s);

/* The same with the wall that this process has just forked, over their socket pair (taken). INT and
 * TERM end that wall; its exit status is ours. */
int attach_to_child(int fd, pid_t wall);

#endif
