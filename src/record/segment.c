/* SPDX-License-Identifier: MIT */
#include "record/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"
#include "util/text.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, NAMES_MAX = 10000 };

static const char part_suffix[] = ".part";

static int64_t midnight_after(const struct tm *now, int64_t wall_us)
{
    struct tm next = {.tm_year = now->tm_year, .tm_mon = now->tm_mon, .tm_mday = now->tm_mday + 1};
    next.tm_isdst = -1;
    int64_t us = (int64_t)mktime(&next) * 1000000;
    return us > wall_us ? us : wall_us + INT64_C(1000) * DAY_MS;
}

int64_t segment_next_cut(int64_t wall_us, uint64_t length_ms)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    localtime_r(&seconds, &tm);
    uint64_t shown_us = (uint64_t)((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * 1000000 +
                        (uint64_t)(wall_us % 1000000);
    int64_t midnight = midnight_after(&tm, wall_us);
    if (length_ms == 0 || length_ms >= DAY_MS)
        return midnight;
    uint64_t length_us = length_ms * 1000;
    int64_t cut = wall_us + (int64_t)(length_us - shown_us % length_us);
    return cut < midnight ? cut : midnight;
}

int segment_template_check(const char *template, const char **why)
{
    *why = NULL;
    if (!*template || !text_printable(template))
        *why = _("it is empty or not printable");
    else if (strchr(template, '/'))
        *why = _("a name has no /");
    else if (*template == '.')
        *why = _("such a name would be hidden");
    else if (strlen(template) > SEGMENT_STEM_MAX / 4)
        *why = _("it is too long");
    for (const char *p = template; !*why && (p = strchr(p, '%')); p += 2)
        if (!p[1] || !strchr("YymdHMSjszFuV%", p[1]))
            *why = _("only %Y %y %m %d %H %M %S %j %s %z %F %u %V %% are known");
    return *why ? ERR_FORMAT : 0;
}

/* The template with {stream} filled in, safe for strftime. */
static void fill_in_stream(const char *template, const char *stream, char *buf, size_t cap)
{
    static const char word[] = "{stream}";
    char name[SEGMENT_STEM_MAX / 4];
    size_t len = 0;
    text_path_name(stream, name, sizeof name); /* keeps no % */
    for (const char *p = template; *p && len + sizeof name < cap;) {
        if (strncmp(p, word, strlen(word)) == 0) {
            len += text_format(buf + len, cap - len, "%s", name);
            p += strlen(word);
        } else {
            buf[len++] = *p++;
        }
    }
    buf[len] = '\0';
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* segment_template_check has seen it */
static void fill_in_time(const char *template, int64_t wall_us, char *buf, size_t cap)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    localtime_r(&seconds, &tm);
    if (strftime(buf, cap, template, &tm) == 0)
        strftime(buf, cap, SEGMENT_TEMPLATE, &tm);
}
#pragma GCC diagnostic pop

void segment_stem(const char *template, const char *stream, int64_t wall_us, char *buf, size_t cap)
{
    const char *why;
    char filled[SEGMENT_STEM_MAX], stem[SEGMENT_STEM_MAX];
    if (!template || segment_template_check(template, &why) < 0)
        template = SEGMENT_TEMPLATE;
    fill_in_stream(template, stream, filled, sizeof filled);
    fill_in_time(filled, wall_us, stem, sizeof stem);
    for (char *p = stem; *p; p++)
        if (strchr("/\\:*?\"<>|", *p))
            *p = '_';
    text_copy(buf, cap, stem);
}

static int make_directory(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return -errno;
}

static int make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = make_directory(path);
        *slash = '/';
        if (rc < 0)
            return rc;
    }
    return make_directory(path);
}

int segment_directory(const char *dir, const char *stream, char *buf, size_t cap)
{
    char name[256];
    text_path_name(stream, name, sizeof name);
    int n = snprintf(buf, cap, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= cap)
        return -ENAMETOOLONG;
    return make_directories(buf);
}

/* "BASE.mp4" or "BASE_n.mp4", with ".part" behind it or not. */
static int numbered(char *buf, size_t cap, const char *base, unsigned n, const char *kind,
                    const char *suffix)
{
    char number[16] = "";
    if (n > 1)
        snprintf(number, sizeof number, "_%u", n);
    int len = snprintf(buf, cap, "%s%s%s%s", base, number, kind, suffix);
    return len < 0 || (size_t)len >= cap ? -ENAMETOOLONG : 0;
}

int segment_lock(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    return errno == EACCES ? -EAGAIN : -errno;
}

static int create_locked(const char *part, int *fd)
{
    *fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (*fd < 0)
        return -errno;
    int rc = segment_lock(*fd);
    if (rc == 0 || rc == -ENOLCK)
        return 0; /* a file system without locks still has O_EXCL */
    unlink(part); /* somebody looking for leftovers was quicker */
    close(*fd);
    return rc == -EAGAIN ? -EEXIST : rc;
}

int segment_create(const char *dir, const char *stem, const char *kind, char *part, size_t cap,
                   int *fd)
{
    char base[SEGMENT_PATH_MAX];
    if (snprintf(base, sizeof base, "%s/%s", dir, stem) >= (int)sizeof base)
        return -ENAMETOOLONG;
    int rc = -EEXIST;
    for (unsigned n = 1; rc == -EEXIST && n < NAMES_MAX; n++) {
        struct stat st;
        rc = numbered(part, cap, base, n, kind, "");
        if (rc == 0 && lstat(part, &st) == 0)
            rc = -EEXIST;
        if (rc == 0)
            rc = numbered(part, cap, base, n, kind, part_suffix);
        if (rc == 0)
            rc = create_locked(part, fd);
    }
    return rc;
}

static int sync_parent(const struct disk *disk, const char *path)
{
    char dir[SEGMENT_PATH_MAX];
    text_copy(dir, sizeof dir, path);
    char *slash = strrchr(dir, '/');
    if (!slash)
        return disk->sync_directory(".");
    slash[slash == dir] = '\0';
    return disk->sync_directory(dir);
}

/* Takes "BASE.mp4.part" apart. */
static int split(const char *part, char *base, size_t base_cap, char *kind, size_t kind_cap)
{
    size_t len = strlen(part), suffix = strlen(part_suffix);
    if (len <= suffix || len >= base_cap || strcmp(part + len - suffix, part_suffix) != 0)
        return -EINVAL;
    memcpy(base, part, len - suffix);
    base[len - suffix] = '\0';
    char *dot = strrchr(base, '.');
    if (!dot || strchr(dot, '/') || strlen(dot) >= kind_cap)
        return -EINVAL;
    memcpy(kind, dot, strlen(dot) + 1);
    *dot = '\0';
    return 0;
}

int segment_publish(const struct disk *disk, const char *part, char *final, size_t cap)
{
    char base[SEGMENT_PATH_MAX], kind[8];
    int rc = split(part, base, sizeof base, kind, sizeof kind);
    if (rc < 0)
        return rc;
    rc = -EEXIST;
    for (unsigned n = 1; rc == -EEXIST && n < NAMES_MAX; n++) {
        rc = numbered(final, cap, base, n, kind, "");
        if (rc == 0)
            rc = disk->rename(part, final);
    }
    return rc < 0 ? rc : sync_parent(disk, final);
}
