/* SPDX-License-Identifier: MIT */
#ifndef RECORD_SPACE_H
#define RECORD_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "record/disk.h"

/* The room that recording leaves on a disk: below the reserve it stops, cleanly and with room to
 * finish its files; above it by an eighth it goes on, so that it does not flutter. */

/* What is wanted (0: 512 MB or 1 % of the disk, whichever is less) in bytes. */
uint64_t space_reserve(uint64_t wanted, uint64_t total);
/* Whether there is room at path to record, given whether it went on until now. An error of the disk
 * counts as room: writing will tell. *available gets what is left. */
bool space_suffices(const struct disk *disk, const char *path, uint64_t wanted, bool running,
                    uint64_t *available);

#endif
