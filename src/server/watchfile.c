/* SPDX-License-Identifier: MIT */
#include "server/watchfile.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "util/text.h"

int watchfile_open(struct watchfile *w, const char *path)
{
    w->wd = -1;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0)
        return -errno;
    return watchfile_set(w, path);
}

int watchfile_set(struct watchfile *w, const char *path)
{
    enum { WATCHED = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE };
    char dir[1024];
    const char *slash = strrchr(path, '/');
    if (w->fd < 0)
        return -EBADF;
    if (w->wd >= 0)
        inotify_rm_watch(w->fd, w->wd);
    if (slash)
        text_format(dir, sizeof dir, "%.*s/", (int)(slash - path), path);
    else
        text_copy(dir, sizeof dir, ".");
    text_copy(w->name, sizeof w->name, slash ? slash + 1 : path);
    w->wd = inotify_add_watch(w->fd, dir, WATCHED);
    return w->wd < 0 ? -errno : 0;
}

bool watchfile_changed(struct watchfile *w)
{
    char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool changed = false;
    ssize_t n;
    while ((n = read(w->fd, buf, sizeof buf)) > 0) {
        for (char *at = buf; at < buf + n;) {
            const struct inotify_event *e = (const struct inotify_event *)at;
            changed = changed || (e->len > 0 && strcmp(e->name, w->name) == 0);
            at += sizeof *e + e->len;
        }
    }
    return changed;
}

void watchfile_close(struct watchfile *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}
