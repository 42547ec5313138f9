/* SPDX-License-Identifier: MIT */
#include "console/directory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/text.h"

static int make(const char *path)
{
    return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int make_parents(const char *path)
{
    char part[PATH_MAX];
    int err = 0;

    if (strlen(path) >= sizeof(part))
        return -ENAMETOOLONG;
    text_copy(part, sizeof(part), path);
    for (char *slash = strchr(part + 1, '/'); slash && err == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        err = make(part);
        *slash = '/';
    }
    return err < 0 ? err : make(part);
}

int directory_check(const char *path)
{
    char probe[PATH_MAX];

    int err = make_parents(path);
    if (err < 0)
        return err;
    if (strlen(path) + sizeof("/.camwall-XXXXXX") > sizeof(probe))
        return -ENAMETOOLONG;
    text_format(probe, sizeof(probe), "%s/.camwall-XXXXXX", path);
    int fd = mkstemp(probe);
    if (fd < 0)
        return -errno;
    close(fd);
    unlink(probe);
    return 0;
}
