/* SPDX-License-Identifier: MIT */
#include "record/retention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/finish.h"
#include "record/segment.h"
#include "record/tree.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

struct entry {
    char *path;
    int64_t ended_us; /* last change */
    uint64_t bytes;
    dev_t device;
    ino_t inode;
};

struct shelf {
    struct entry *entries; /* camwall's segments */
    size_t n, cap;
    uint64_t bytes;
};

static int add(struct shelf *s, const struct entry *e)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 256;
        struct entry *grown = mem_grow(s->entries, cap, sizeof *grown);
        if (!grown)
            return -ENOMEM;
        s->entries = grown;
        s->cap = cap;
    }
    s->entries[s->n++] = *e;
    s->bytes += e->bytes;
    return 0;
}

static int open_segment(int dir_fd, const char *name)
{
    return openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static int visit(void *ctx, int dir_fd, const char *dir, const char *name)
{
    struct shelf *s = ctx;
    struct stat st;
    char path[SEGMENT_PATH_MAX];
    int fd = open_segment(dir_fd, name);
    if (fd < 0)
        return 0;
    bool ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && finish_is_ours(fd);
    close(fd);
    if (!ours || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return 0;
    struct entry e = {
        .path = mem_strdup(path),
        .ended_us = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000,
        .bytes = (uint64_t)st.st_size,
        .device = st.st_dev,
        .inode = st.st_ino,
    };
    int rc = e.path ? add(s, &e) : -ENOMEM;
    if (rc < 0)
        mem_free(e.path);
    return rc;
}

static int older_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->ended_us != y->ended_us)
        return x->ended_us < y->ended_us ? -1 : 1;
    return strcmp(x->path, y->path);
}

/* Why the oldest must go; NULL if it may stay. */
static const char *reason(const struct disk *disk, const char *dir,
                          const struct retention_limits *l, const struct entry *e, uint64_t bytes,
                          int64_t now_us)
{
    uint64_t available, total;
    if (l->age_s > 0 && now_us - e->ended_us > (int64_t)l->age_s * 1000000)
        return N_("too old");
    if (l->size_bytes > 0 && bytes > l->size_bytes)
        return N_("all are too large");
    if (l->free_bytes > 0 && disk->space(dir, &available, &total) == 0 && available < l->free_bytes)
        return N_("the disk is too full");
    return NULL;
}

static void log_deleted(const struct entry *e, const struct finish_report *report, const char *why)
{
    char bytes[24];
    const struct log_field fields[] = {
        LOG_STR("file", e->path),
        LOG_STR("reason", why),
        LOG_REAL("duration_s", report->seconds),
        LOG_NUM("frames", report->frames),
        LOG_NUM("bytes", e->bytes),
    };
    log_event(LOG_LEVEL_INFO, "segment-deleted", fields, 5,
              _("deleted %s (%s): %.3f s, %llu frames, %s"), e->path, _(why), report->seconds,
              (unsigned long long)report->frames, text_bytes(e->bytes, bytes));
}

/* The directory of path, opened without following a link in its place, and the name in it. */
static int open_parent(const char *dir, const char *path, const char **name)
{
    char sub[SEGMENT_PATH_MAX];
    const char *inside = path + strlen(dir) + 1;
    const char *slash = strchr(inside, '/');
    int root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *name = slash ? slash + 1 : inside;
    if (root < 0 || !slash)
        return root;
    snprintf(sub, sizeof sub, "%.*s", (int)(slash - inside), inside);
    int fd = openat(root, sub, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(root);
    return fd;
}

/* Deletes the very file that was looked at, and no other that has its name by now. */
static int delete_segment(const char *dir, const struct entry *e, const char *why)
{
    const char *name;
    struct finish_report report = {0};
    int parent = open_parent(dir, e->path, &name);
    if (parent < 0)
        return -ENOENT;
    int fd = open_segment(parent, name);
    if (fd >= 0) {
        finish_inspect(fd, &report);
        close(fd);
    }
    int rc = tree_is_same(parent, name, e->device, e->inode) ? 0 : -ENOENT;
    if (rc == 0 && unlinkat(parent, name, 0) < 0)
        rc = -errno;
    close(parent);
    if (rc == 0)
        log_deleted(e, &report, why);
    else if (rc != -ENOENT)
        log_error(_("cannot delete %s: %s"), e->path, err_str(rc));
    return rc;
}

static void sweep(const struct disk *disk, const char *dir, const struct retention_limits *limits,
                  int64_t now_us, const struct shelf *s, struct retention_report *out)
{
    uint64_t bytes = s->bytes;
    for (size_t i = 0; i < s->n; i++) {
        const struct entry *e = &s->entries[i];
        const char *why = reason(disk, dir, limits, e, bytes, now_us);
        if (!why)
            break;
        if (delete_segment(dir, e, why) < 0)
            continue;
        bytes -= e->bytes;
        out->deleted++;
        out->deleted_bytes += e->bytes;
    }
    out->kept = (unsigned)s->n - out->deleted;
    out->kept_bytes = bytes;
}

int retention_sweep(const struct disk *disk, const char *dir, const struct retention_limits *limits,
                    int64_t now_us, struct retention_report *out)
{
    struct shelf s = {0};
    *out = (struct retention_report){0};
    int rc = tree_visit(dir, ".mp4", visit, &s);
    if (rc == 0 && s.n > 0) {
        qsort(s.entries, s.n, sizeof *s.entries, older_first);
        sweep(disk, dir, limits, now_us, &s, out);
    }
    for (size_t i = 0; i < s.n; i++)
        mem_free(s.entries[i].path);
    mem_free(s.entries);
    return rc;
}
