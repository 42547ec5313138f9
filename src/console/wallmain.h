/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_WALLMAIN_H
#define CONSOLE_WALLMAIN_H

#include "console/settings.h"
#include "console/start.h"
#include "receive/receiver.h"

/* The wall from its first part to its last: builds, wires, runs, destroys in reverse. Returns the
 * exit status. */
int wallmain(const struct settings *s, const struct receiver_settings *how, const struct start *st,
             int signal_fd);

#endif
