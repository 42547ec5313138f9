/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_WALLPROC_H
#define CONSOLE_WALLPROC_H

#include <stdbool.h>
#include <sys/types.h>

/* The wall as a process of its own, in a session of its own: what ends the shell, its terminal or
 * the process it started does not end the wall. */

/* Forks; before any thread or library is started. 0 in the wall, its process id in its parent, or
 * -errno. *fd is one end of a socket pair between the two. */
pid_t wallproc_fork(int *fd);

/* The wall keeps nothing of the terminal it was started in: those of its standard descriptors that
 * are one become /dev/null. True if standard error was among them. */
bool wallproc_let_go(void);

#endif
