/* SPDX-License-Identifier: MIT */
#include "record/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/segment.h"

struct walk {
    const char *suffix;
    tree_visit_fn *visit;
    void *ctx;
};

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name), n = strlen(suffix);
    return len > n && strcmp(name + len - n, suffix) == 0;
}

/* DT_REG, DT_DIR, or something that is left alone. */
static unsigned char type_of(int dir_fd, const struct dirent *e)
{
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type;
    if (fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : DT_UNKNOWN;
}

static int visit_directory(const struct walk *w, int fd, const char *path, bool deeper);

static int visit_subdirectory(const struct walk *w, int parent, const char *path, const char *name)
{
    char sub[SEGMENT_PATH_MAX];
    if (snprintf(sub, sizeof sub, "%s/%s", path, name) >= (int)sizeof sub)
        return 0;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? 0 : visit_directory(w, fd, sub, false);
}

static int visit_entry(const struct walk *w, int fd, const char *path, const struct dirent *e,
                       bool deeper)
{
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
        return 0;
    unsigned char type = type_of(fd, e);
    if (type == DT_DIR && deeper)
        return visit_subdirectory(w, fd, path, e->d_name);
    if (type == DT_REG && has_suffix(e->d_name, w->suffix))
        return w->visit(w->ctx, fd, path, e->d_name);
    return 0;
}

/* Takes fd. */
static int visit_directory(const struct walk *w, int fd, const char *path, bool deeper)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    int rc = 0;
    for (struct dirent *e; rc == 0 && (e = readdir(d));)
        rc = visit_entry(w, fd, path, e, deeper);
    closedir(d);
    return rc;
}

int tree_visit(const char *dir, const char *suffix, tree_visit_fn *visit, void *ctx)
{
    const struct walk w = {.suffix = suffix, .visit = visit, .ctx = ctx};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : visit_directory(&w, fd, dir, true);
}

bool tree_is_same(int dir_fd, const char *name, dev_t device, ino_t inode)
{
    struct stat st;
    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           st.st_dev == device && st.st_ino == inode;
}
