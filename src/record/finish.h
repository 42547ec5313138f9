/* SPDX-License-Identifier: MIT */
#ifndef RECORD_FINISH_H
#define RECORD_FINISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/disk.h"

/* Makes an ordinary indexed MP4 of a fragmented one, in place and without copying a picture:
 *
 *     1. cut off a torn end, or what an earlier attempt appended
 *     2. append the complete moov         (readers still take the fragments)
 *     3. sync
 *     4. turn the header of the old moov into that of an mdat which reaches to the new moov: one
 *        write of 8 or 16 bytes within a sector
 *     5. sync
 *
 * Killed between any two of these the file plays, and finishing it again gives the same file. */
struct finish_report {
    uint64_t frames, bytes;
    double seconds;
};

/* The caller holds fd, open for reading and writing, and its lock. 0 also when the file was whole
 * already; ERR_END: it holds not one frame; ERR_FORMAT: it is not ours or damaged before its end.
 * After an error the file is as readable as before. The time of its last change stays. */
int finish_file(const struct disk *disk, int fd, struct finish_report *out);

/* Facts of a finished file. ERR_FORMAT if it is none. */
int finish_inspect(int fd, struct finish_report *out);

/* Whether camwall made the file, by the mark that mp4_open left at its beginning; and the RFC 3339
 * time of its first picture, which stands there, too ("" if it does not). */
bool finish_is_ours(int fd);
void finish_start_time(int fd, char *buf, size_t cap);

#endif
