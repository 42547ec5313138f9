/* SPDX-License-Identifier: MIT */
/* The lock, not the socket, says whether a wall lives: the kernel drops it with the process's last
 * descriptor. Its file is unlinked while it is held, so whoever then gets a lock makes sure that
 * the file still stands under its name. */
#include "console/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/statefile.h"
#include "util/text.h"

enum { BACKLOG = 16, FREE_MOST = 99 };

struct files {
    char lock[RUNDIR_NAME + 8], sock[RUNDIR_NAME + 8];
};

static int files_of(const char *name, struct files *f)
{
    char file[URL_NAME_MAX];

    text_path_name(name, file, sizeof(file));
    if (strlen(file) >= RUNDIR_NAME)
        return -ENAMETOOLONG;
    snprintf(f->lock, sizeof(f->lock), "%.*s.lock", RUNDIR_NAME - 1, file);
    snprintf(f->sock, sizeof(f->sock), "%.*s.sock", RUNDIR_NAME - 1, file);
    return 0;
}

static int check_owner(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_uid != geteuid())
        return -EPERM;
    return (st.st_mode & 077) && fchmod(fd, 0700) < 0 ? -errno : 0;
}

int rundir_open(const char *state_dir, bool make)
{
    char path[PATH_MAX], inside[PATH_MAX];

    if (strlen(state_dir) + sizeof("/run/.") > sizeof(path))
        return -ENAMETOOLONG;
    text_format(path, sizeof(path), "%s/run", state_dir);
    text_format(inside, sizeof(inside), "%s/run/.", state_dir);
    int err = make ? statefile_make_directory(path) : 0; /* each of the two 0700 */
    if (make && err == 0)
        err = statefile_make_directory(inside);
    int fd = err < 0 ? err : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err < 0 ? err : -errno;
    if (make && (err = check_owner(fd)) < 0) {
        close(fd);
        return err;
    }
    return fd;
}

static bool stands(int dir_fd, const char *name, int fd)
{
    struct stat there, mine;

    return fstatat(dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &mine) == 0 &&
           there.st_ino == mine.st_ino && there.st_dev == mine.st_dev;
}

/* The lock's descriptor, -EEXIST when somebody holds it. */
static int lock(int dir_fd, const char *name)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    for (;;) {
        int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -errno;
        if (fcntl(fd, F_OFD_SETLK, &all) < 0) {
            int err = errno == EAGAIN || errno == EACCES ? -EEXIST : -errno;
            close(fd);
            return err;
        }
        if (stands(dir_fd, name, fd))
            return fd;
        close(fd);
    }
}

int rundir_claim(int dir_fd, const char *name, struct rundir_claim *out)
{
    struct files f;
    int err = files_of(name, &f);
    int lock_fd = err < 0 ? err : lock(dir_fd, f.lock);

    if (lock_fd < 0)
        return lock_fd;
    if (unlinkat(dir_fd, f.sock, 0) < 0 && errno != ENOENT)
        err = -errno;
    int fd = err < 0 ? err : unixsock_listen(dir_fd, f.sock, BACKLOG);
    if (fd < 0) {
        unlinkat(dir_fd, f.lock, 0);
        close(lock_fd);
        return fd;
    }
    *out = (struct rundir_claim){.dir_fd = dir_fd, .lock_fd = lock_fd, .listen_fd = fd};
    text_copy(out->name, sizeof(out->name), name);
    return 0;
}

int rundir_claim_free(int dir_fd, const char *name, struct rundir_claim *out)
{
    char numbered[URL_NAME_MAX];
    int err = rundir_claim(dir_fd, name, out);

    for (unsigned i = 2; err == -EEXIST && i <= FREE_MOST; i++) {
        text_format(numbered, sizeof(numbered), "%s-%u", name, i);
        err = rundir_claim(dir_fd, numbered, out);
    }
    return err;
}

void rundir_forget(struct rundir_claim *c)
{
    close(c->listen_fd);
    close(c->lock_fd);
    close(c->dir_fd);
}

void rundir_release(struct rundir_claim *c)
{
    struct files f;

    if (files_of(c->name, &f) == 0) {
        unlinkat(c->dir_fd, f.sock, 0);
        unlinkat(c->dir_fd, f.lock, 0);
    }
    rundir_forget(c);
}

static bool lives(int dir_fd, const char *lock_name)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(dir_fd, lock_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return false;
    bool held = fcntl(fd, F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK;
    close(fd);
    return held;
}

int rundir_connect(int dir_fd, const char *name)
{
    struct files f;

    int err = files_of(name, &f);
    if (err < 0)
        return err;
    if (!lives(dir_fd, f.lock))
        return -ENOENT;
    int fd = unixsock_connect(dir_fd, f.sock);
    return fd == -ECONNREFUSED ? -ENOENT : fd;
}

unsigned rundir_list(int dir_fd, char *buf, size_t cap)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;
    unsigned n = 0;
    size_t used = 0;

    buf[0] = '\0';
    while (d && (e = readdir(d))) {
        size_t len = strlen(e->d_name);
        if (len <= 5 || strcmp(e->d_name + len - 5, ".lock") != 0 || !lives(dir_fd, e->d_name))
            continue;
        used +=
            text_format(buf + used, cap - used, "%s%.*s", n ? ", " : "", (int)len - 5, e->d_name);
        n++;
    }
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    return n;
}
