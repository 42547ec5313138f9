/* SPDX-License-Identifier: MIT */
#include "net/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

/* Only the last step's failure counts: one above may be there and out of our reach. */
int statefile_make_directory(const char *path)
{
    char text[PATH_MAX];
    if (strlen(path) >= sizeof text)
        return -ENAMETOOLONG;
    text_copy(text, sizeof text, path);
    char *dir = dirname(text);
    for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(dir, 0777);
        *slash = '/';
    }
    return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int statefile_read_fd(int fd, size_t most, char **text, size_t *len)
{
    char *buf = mem_alloc(most + 1);
    size_t n = 0;
    ssize_t got = buf ? 1 : -1;
    while (buf && n <= most && got != 0) {
        got = read(fd, buf + n, most + 1 - n);
        if (got < 0 && errno != EINTR)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    int e = !buf ? -ENOMEM : got < 0 ? -errno : n > most ? ERR_LIMIT : 0;
    if (e < 0) {
        mem_free(buf);
        return e;
    }
    buf[n] = 0;
    *text = buf;
    *len = n;
    return 0;
}

int statefile_read(const char *path, size_t most, char **text, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int e = statefile_read_fd(fd, most, text, len);
    close(fd);
    return e;
}

int statefile_write_fd(int fd, const void *bytes, size_t len)
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
    return fsync(fd) < 0 ? -errno : 0;
}
