/* SPDX-License-Identifier: MIT */
#ifndef RECORD_COMPLETE_H
#define RECORD_COMPLETE_H

#include <stdbool.h>

#include "record/disk.h"
#include "record/finish.h"
#include "record/hook.h"

/* The last steps of every segment, whether its recorder lived to take them or not: finish, name,
 * line in the log, command. Any thread. */
struct complete_settings {
    const struct disk *disk;
    struct hook *hook;  /* NULL: none */
    const char *stream; /* NULL: the name of the part's directory */
    bool recovered;     /* how the log puts it */
};

/* The caller holds fd and with it the lock. As finish_file, or -errno from renaming; the part is
 * still there after an error. Errors are the caller's to log. */
int complete_segment(const struct complete_settings *s, int fd, const char *part,
                     struct finish_report *report);

#endif
