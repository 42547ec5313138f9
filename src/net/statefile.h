/* SPDX-License-Identifier: MIT */
#ifndef NET_STATEFILE_H
#define NET_STATEFILE_H

#include <stddef.h>

/* Small files of the state directory: keys and trust lists. Any thread. */

/* Makes the directory a file is to stand in, with mode 0700, and those above it as the umask has
 * it. 0 also when it was there; -errno. */
int statefile_make_directory(const char *path);

/* Reads what an open file holds, up to most bytes, from where it stands. *text is NUL-terminated
 * and the caller's (mem_free). 0, -errno, ERR_LIMIT if there is more. */
int statefile_read_fd(int fd, size_t most, char **text, size_t *len);
int statefile_read(const char *path, size_t most, char **text, size_t *len);

int statefile_write_fd(int fd, const void *bytes,
                       size_t len); /* all of it, and fsync; 0 or -errno */

#endif
