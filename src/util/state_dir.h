/* SPDX-License-Identifier: MIT */
#ifndef UTIL_STATE_DIR_H
#define UTIL_STATE_DIR_H

#include <stdbool.h>
#include <stddef.h>

/* $XDG_STATE_HOME/camwall or ~/.local/state/camwall; as root and for the server /var/lib/camwall.
 * given: an explicit directory or NULL. Into buf; 0 or a negative code (no HOME, too long). */
int state_dir(const char *given, bool for_server, char *buf, size_t cap);

#endif
