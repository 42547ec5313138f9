/* SPDX-License-Identifier: MIT */
#include "record/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/complete.h"
#include "record/segment.h"
#include "record/tree.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

static const char part_suffix[] = ".mp4.part";

struct recovery {
    const struct recover_settings *s;
    const struct disk *disk;
    struct recover_summary *out;
    unsigned done, total;
};

/* Takes the file if it is ours and nobody else's: 0, -EAGAIN, ERR_DENIED (foreign), ERR_END (it was
 * only just made, so nothing in it tells whose it is) or -errno. Who
 * waits for a lock may find the file finished and renamed by the one who held it. */
static int claim(int dir_fd, const char *name, int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return ERR_DENIED;
    int rc = segment_lock(fd);
    if (rc < 0)
        return rc;
    if (!tree_is_same(dir_fd, name, st.st_dev, st.st_ino))
        return -EAGAIN;
    if (st.st_size == 0)
        return ERR_END;
    return finish_is_ours(fd) ? 0 : ERR_DENIED;
}

static void count(struct recover_summary *out, int rc, const struct finish_report *report)
{
    if (rc == 0) {
        out->finished++;
        out->frames += report->frames;
        out->bytes += report->bytes;
    } else if (rc == -EAGAIN) {
        out->busy++;
    } else if (rc == ERR_DENIED) {
        out->foreign++;
    } else if (rc == ERR_END) {
        out->empty++;
    } else {
        out->failed++;
    }
}

static void log_failure(const struct recovery *r, const char *path, int rc)
{
    if (r->s->quiet || rc == -EAGAIN || rc == ERR_DENIED)
        return;
    const char *why = rc == ERR_END      ? _("it holds not one frame")
                      : rc == ERR_FORMAT ? _("it is damaged")
                                         : err_str(rc);
    const struct log_field fields[] = {LOG_STR("file", path), LOG_STR("reason", why)};
    log_event(LOG_LEVEL_WARNING, "segment-not-recovered", fields, 2,
              _("%s cannot be finished and is left as it is: %s"), path, why);
}

static int recover_file(const struct recovery *r, int dir_fd, const char *name, const char *path,
                        struct finish_report *report)
{
    int fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = claim(dir_fd, name, fd);
    const struct complete_settings settings = {
        .disk = r->disk, .hook = r->s->hook, .recovered = true};
    if (rc == 0)
        rc = complete_segment(&settings, fd, path, report);
    close(fd);
    return rc;
}

static int visit(void *ctx, int dir_fd, const char *dir, const char *name)
{
    struct recovery *r = ctx;
    char path[SEGMENT_PATH_MAX];
    struct finish_report report;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return 0;
    int rc = recover_file(r, dir_fd, name, path, &report);
    count(r->out, rc, &report);
    if (rc < 0)
        log_failure(r, path, rc);
    r->done++;
    if (r->s->progress)
        r->s->progress(r->s->ctx, path, rc, r->done, r->total);
    return 0;
}

static int count_one(void *ctx, int dir_fd, const char *dir, const char *name)
{
    struct recovery *r = ctx;
    r->total++;
    return 0;
}

int recover_directory(const struct recover_settings *s, struct recover_summary *out)
{
    struct recovery r = {.s = s, .disk = s->disk ? s->disk : &disk_real, .out = out};
    *out = (struct recover_summary){0};
    int rc = s->progress ? tree_visit(s->directory, part_suffix, count_one, &r) : 0;
    return rc < 0 ? rc : tree_visit(s->directory, part_suffix, visit, &r);
}
