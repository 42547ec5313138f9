/* SPDX-License-Identifier: MIT */
#ifndef RECORD_SNAPSHOT_H
#define RECORD_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "record/disk.h"

/* Writes a JPEG bit for bit as DIR/STREAM/snapshot_20261122_122351+0000.jpg (or …_2.jpg), at once
 * and whole: it is written and synced under another name first, and replaces no file. path gets
 * the name. -errno, and then nothing is left behind. disk may be NULL: the real one. Any thread;
 * may take as long as the disk does. */
int snapshot_write(const struct disk *disk, const char *dir, const char *stream,
                   const uint8_t *jpeg, size_t len, int64_t wall_us, char *path, size_t cap);

#endif
