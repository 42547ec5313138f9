/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_COMPLAIN_H
#define CONSOLE_COMPLAIN_H

/* What the program says on standard error when it cannot do what it was asked. Both return 1, the
 * exit status of that. */
int complain(const char *what, const char *why);                /* why "": nothing to add */
int complain_of(const char *what, const char *path, int error); /* error: as in util/err.h */

#endif
