/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_COMMANDS_H
#define CONSOLE_COMMANDS_H

#include "console/settings.h"
#include "net/keys.h"
#include "receive/receiver.h"

/* What camwall does and exits: each prints to standard output, complains on standard error and
 * returns the exit status. */
/* Finishes what crashes left in s->recover: a line for each file, at the end a summary. 1: there is
 * no such directory, or a file could not be repaired. */
int command_recover(const struct settings *s);
/* What the terminal can do; to standard output, which may be elsewhere than the terminal asked. */
int command_terminal(void);
int command_identity(const struct keys *keys);
int command_list(const struct settings *s, const struct receiver_settings *how);

#endif
