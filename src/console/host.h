/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_HOST_H
#define CONSOLE_HOST_H

#include "console/app.h"
#include "console/control.h"
#include "console/rundir.h"

/* What a running wall is to those outside: it does what commands ask, and shows its screen on the
 * terminal that was attached last. It decides whether the wall goes on without one. Owner's thread.
 */
struct host;

struct host_settings { /* borrowed until host_free() */
    struct wall *wall;
    struct app *app;
    const struct rundir_claim *claim; /* NULL: the wall has no name */
    const char *directory;
    int starter_fd; /* to the process that forked the wall, taken; -1: it runs in the foreground */
    bool stay;      /* go on when the terminal goes, even if nothing records */
};

int host_new(const struct host_settings *s, struct host **out);
/* After mainloop's end and app_free(): tells everybody how it ended. why: a sentence, or "". */
void host_free(struct host *h, int status, const char *why);

/* Both readable when host_tend() has something to do. */
int host_control_fd(const struct host *h);
int host_screen_fd(const struct host *h);
/* False: the wall is to end. */
bool host_tend(struct host *h, const struct wall_view *v);

int host_status(const struct host *h); /* the exit status, as far as it is the host's matter */
void host_hide(struct host *h);        /* the wall ends: the terminal is given back */
/* Around a stop of the whole process. */
void host_suspend(struct host *h);
void host_resume(struct host *h);

#endif
