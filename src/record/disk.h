/* SPDX-License-Identifier: MIT */
#ifndef RECORD_DISK_H
#define RECORD_DISK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What recordings ask of the file system, as a table, so that tests can make it fail, stall, run
 * full or die between any two calls. All return 0 or -errno. Any thread. */
struct disk {
    int (*write)(int fd, const void *bytes, size_t len); /* all of it, where the last one ended */
    int (*write_at)(int fd, const void *bytes, size_t len, off_t at);
    int (*truncate)(int fd, off_t len);
    int (*sync)(int fd);                             /* contents, to the disk */
    int (*rename)(const char *from, const char *to); /* -EEXIST rather than replace a file */
    int (*sync_directory)(const char *path);
    /* Bytes that may still be written, and the size of the file system that holds path. */
    int (*space)(const char *path, uint64_t *available, uint64_t *total);
};

extern const struct disk disk_real;

#endif
