/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_PROGRAM_H
#define CONSOLE_PROGRAM_H

#include "console/settings.h"

/* A main(): the locale, the settings (or a complaint, status 2), what act makes of them. Returns
 * the exit status. */
int program_run(int argc, char **argv, int (*act)(const struct settings *s, char **argv));

#endif
