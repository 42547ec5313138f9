/* SPDX-License-Identifier: MIT */
#ifndef RECORD_CLOSER_H
#define RECORD_CLOSER_H

#include <stdint.h>

#include "record/disk.h"
#include "record/hook.h"
#include "record/segment.h"

/* What may take long with a file, kept off the thread that writes: a thread beside each recorder
 * that brings the open file to the disk every few seconds and finishes files that have ended. */
struct closer_job {
    int fd; /* holds the lock */
    char part[SEGMENT_PATH_MAX];
};

struct closer_settings {
    const char *stream; /* borrowed until closer_stop */
    const struct disk *disk;
    struct hook *hook; /* NULL: none */
};

struct closer;
int closer_start(const struct closer_settings *s, struct closer **out);
/* From now on the file of fd (or none, -1) is brought to the disk; fd is copied. */
void closer_watch(struct closer *c, int fd);
/* Finishes the file in its turn; takes job->fd. Waits only when dozens of files wait already. */
void closer_finish(struct closer *c, const struct closer_job *job);
/* Finishes what waits, ends the thread, frees. */
void closer_stop(struct closer *c);

#endif
