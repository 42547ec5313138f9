/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_CTL_H
#define CONSOLE_CTL_H

#include "console/settings.h"

/* camwall --ctl: has a running wall do something and prints its answer. Returns the exit status. */
int ctl_main(const struct settings *s);

/* A connection to the wall of that name, or -1 after a complaint that says which walls run. */
int ctl_connect(const struct settings *s, const char *name);

/* Complains that the two ends are of different releases. */
int ctl_complain_release(const char *theirs, size_t len);

#endif
