/* SPDX-License-Identifier: MIT */
#ifndef RECORD_RETENTION_H
#define RECORD_RETENTION_H

#include <stdint.h>

#include "record/disk.h"

/* Deletes the oldest finished segments in DIR and its subdirectories until all limits are kept.
 * Only regular files named *.mp4 that bear camwall's mark count and go: never open ones (*.part),
 * foreign ones, or anything through a symbolic link. Each deletion is a line in the log. */
struct retention_limits { /* 0: no such limit */
    uint64_t age_s;       /* since the end of the segment */
    uint64_t size_bytes;  /* all segments together */
    uint64_t free_bytes;  /* to be left on the disk */
};

struct retention_report {
    unsigned kept, deleted;
    uint64_t kept_bytes, deleted_bytes;
};

/* now_us: wall time. 0, or -errno when DIR cannot be read. Any thread. */
int retention_sweep(const struct disk *disk, const char *dir, const struct retention_limits *limits,
                    int64_t now_us, struct retention_report *out);

#endif
