/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_RUNDIR_H
#define CONSOLE_RUNDIR_H

#include <stdbool.h>

#include "net/unixsock.h"
#include "receive/url.h"

/* The running walls of a state directory. In its folder run (0700), a wall called NAME holds a lock
 * on NAME.lock as long as it lives, however it ends, and listens at NAME.sock. */

enum { RUNDIR_NAME = UNIXSOCK_NAME - 5 + 1 }; /* a wall's name as a file's, with NUL */

/* The folder's descriptor. make: makes what is missing of it. -errno; -EPERM when it is another
 * user's. */
int rundir_open(const char *state_dir, bool make);

/* A name that is taken. */
struct rundir_claim {
    char name[URL_NAME_MAX];
    int dir_fd, lock_fd, listen_fd;
};

/* Takes a name and listens; what a dead wall left of it is replaced. Takes dir_fd if it succeeds.
 * -EEXIST: a living wall has it; -ENAMETOOLONG; -errno. */
int rundir_claim(int dir_fd, const char *name, struct rundir_claim *out);
/* The same with the first free one of NAME, NAME-2, NAME-3 … */
int rundir_claim_free(int dir_fd, const char *name, struct rundir_claim *out);
void rundir_release(struct rundir_claim *c); /* of the process that is the wall */
void rundir_forget(struct rundir_claim *c);  /* of its parent: the name stays taken */

/* A connection to the wall of that name. -ENOENT: there is none. */
int rundir_connect(int dir_fd, const char *name);

/* The walls that run, as "front, main"; returns how many there are. */
unsigned rundir_list(int dir_fd, char *buf, size_t cap);

#endif
