/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_DIRECTORY_H
#define CONSOLE_DIRECTORY_H

#include <stddef.h>

/* Makes path with its parents (0755) and tries to make a file in it, so that a recording that
 * cannot work is told of at the start. -errno. */
int directory_check(const char *path);

#endif
