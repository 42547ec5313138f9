/* SPDX-License-Identifier: MIT */
#include "record/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "record/segment.h"

int snapshot_write(const struct disk *disk, const char *dir, const char *stream,
                   const uint8_t *jpeg, size_t len, int64_t wall_us, char *path, size_t cap)
{
    char directory[SEGMENT_PATH_MAX], stem[SEGMENT_STEM_MAX], part[SEGMENT_PATH_MAX];
    int fd;
    if (!disk)
        disk = &disk_real;
    int rc = segment_directory(dir, stream, directory, sizeof directory);
    if (rc < 0)
        return rc;
    segment_stem("snapshot_%Y%m%d_%H%M%S%z", stream, wall_us, stem, sizeof stem);
    rc = segment_create(directory, stem, SEGMENT_JPEG, part, sizeof part, &fd);
    if (rc < 0)
        return rc;
    rc = disk->write(fd, jpeg, len);
    if (rc == 0)
        rc = disk->sync(fd);
    if (rc == 0)
        rc = segment_publish(disk, part, path, cap);
    if (rc < 0)
        unlink(part);
    close(fd);
    return rc;
}
