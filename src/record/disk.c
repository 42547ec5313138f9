/* SPDX-License-Identifier: MIT */
#include "record/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int real_write(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int real_write_at(int fd, const void *bytes, size_t len, off_t at)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t n = pwrite(fd, from, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        from += n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int real_truncate(int fd, off_t len)
{
    return ftruncate(fd, len) < 0 ? -errno : 0;
}

static int real_sync(int fd)
{
    return fdatasync(fd) < 0 ? -errno : 0;
}

/* For file systems without RENAME_NOREPLACE. Between the check and the rename another program
 * could make the name; camwall itself cannot, since it holds the name's .part. */
static int rename_checked(const char *from, const char *to)
{
    struct stat st;
    if (lstat(to, &st) == 0)
        return -EEXIST;
    return rename(from, to) < 0 ? -errno : 0;
}

static int real_rename(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EINVAL || errno == ENOSYS)
        return rename_checked(from, to);
    return -errno;
}

static int real_sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc == -EINVAL ? 0 : rc; /* file systems that do not sync directories say EINVAL */
}

static int real_space(const char *path, uint64_t *available, uint64_t *total)
{
    struct statvfs fs;
    if (statvfs(path, &fs) < 0)
        return -errno;
    *available = (uint64_t)fs.f_bavail * fs.f_frsize;
    *total = (uint64_t)fs.f_blocks * fs.f_frsize;
    return 0;
}

const struct disk disk_real = {
    .write = real_write,
    .write_at = real_write_at,
    .truncate = real_truncate,
    .sync = real_sync,
    .rename = real_rename,
    .sync_directory = real_sync_directory,
    .space = real_space,
};
