/* SPDX-License-Identifier: MIT */
#include "record/finish.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/box.h"
#include "record/fragments.h"
#include "record/moov.h"
#include "record/mp4.h"
#include "util/err.h"

enum { HEAD_BYTES = 2048 }; /* the mark is in the first moov, which comes second */

static int append_moov(const struct disk *disk, int fd, const struct fragments *f)
{
    struct box_out moov = {0};
    int rc = moov_write(f, &moov);
    if (rc == 0 && f->file_end > f->end)
        rc = disk->truncate(fd, (off_t)f->end);
    if (rc == 0)
        rc = disk->write_at(fd, moov.bytes, moov.len, (off_t)f->end);
    if (rc == 0)
        rc = disk->sync(fd);
    box_out_free(&moov);
    return rc;
}

/* The old moov and all fragments become one mdat. Its old contents are over 16 bytes. */
static int turn_header(const struct disk *disk, int fd, const struct fragments *f)
{
    struct box_out head = {0};
    uint64_t size = f->end - f->moov_at;
    box_put32(&head, size > UINT32_MAX ? 1 : (uint32_t)size);
    box_put32(&head, BOX('m', 'd', 'a', 't'));
    if (size > UINT32_MAX)
        box_put64(&head, size);
    int rc = head.err;
    if (rc == 0)
        rc = disk->write_at(fd, head.bytes, head.len, (off_t)f->moov_at);
    if (rc == 0)
        rc = disk->sync(fd);
    box_out_free(&head);
    return rc;
}

static int finish_fragments(const struct disk *disk, int fd, struct fragments *f)
{
    if (f->n == 0)
        return ERR_END;
    int rc = append_moov(disk, fd, f);
    return rc < 0 ? rc : turn_header(disk, fd, f);
}

int finish_file(const struct disk *disk, int fd, struct finish_report *out)
{
    struct stat st;
    struct fragments f;
    if (fstat(fd, &st) < 0)
        return -errno;
    int rc = fragments_read(fd, &f);
    if (rc == ERR_END)
        return finish_inspect(fd, out);
    if (rc < 0)
        return rc;
    rc = finish_fragments(disk, fd, &f);
    if (rc == 0) {
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, st.st_mtim};
        futimens(fd, times); /* its age is that of its pictures */
    }
    fragments_free(&f);
    return rc < 0 ? rc : finish_inspect(fd, out);
}

/* Follows a path of boxes down from those in parent. */
static int descend(int fd, const struct box *parent, const uint32_t *path, size_t n,
                   struct box *out)
{
    *out = *parent;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = out->at + out->size;
        int rc = box_seek(fd, out->at + out->head, end, path[i], out);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int inspect_mvhd(int fd, const struct box *mvhd, struct finish_report *out)
{
    uint8_t bytes[32];
    if (mvhd->size - mvhd->head < sizeof bytes)
        return ERR_FORMAT;
    int rc = box_pread(fd, bytes, sizeof bytes, mvhd->at + mvhd->head);
    struct box_in in = {.at = bytes, .end = bytes + sizeof bytes};
    bool wide = box_get32(&in) >> 24 == 1;
    box_skip(&in, wide ? 16 : 8);
    uint32_t scale = box_get32(&in);
    uint64_t ticks = wide ? box_get64(&in) : box_get32(&in);
    if (rc < 0 || scale == 0)
        return rc < 0 ? rc : ERR_FORMAT;
    out->seconds = (double)ticks / scale;
    return 0;
}

static int inspect_stsz(int fd, const struct box *stsz, struct finish_report *out)
{
    uint8_t bytes[12];
    if (stsz->size - stsz->head < sizeof bytes)
        return ERR_FORMAT;
    int rc = box_pread(fd, bytes, sizeof bytes, stsz->at + stsz->head);
    struct box_in in = {.at = bytes + 8, .end = bytes + sizeof bytes};
    out->frames = box_get32(&in);
    return rc;
}

int finish_inspect(int fd, struct finish_report *out)
{
    static const uint32_t to_mvhd[] = {BOX('m', 'v', 'h', 'd')};
    static const uint32_t to_stsz[] = {BOX('t', 'r', 'a', 'k'), BOX('m', 'd', 'i', 'a'),
                                       BOX('m', 'i', 'n', 'f'), BOX('s', 't', 'b', 'l'),
                                       BOX('s', 't', 's', 'z')};
    struct stat st;
    struct box moov, box;
    if (fstat(fd, &st) < 0)
        return -errno;
    out->bytes = (uint64_t)st.st_size;
    int rc = box_seek(fd, 0, out->bytes, BOX('m', 'o', 'o', 'v'), &moov);
    if (rc == 0)
        rc = descend(fd, &moov, to_mvhd, 1, &box);
    if (rc == 0)
        rc = inspect_mvhd(fd, &box, out);
    if (rc == 0)
        rc = descend(fd, &moov, to_stsz, sizeof to_stsz / sizeof *to_stsz, &box);
    if (rc == 0)
        rc = inspect_stsz(fd, &box, out);
    return rc == -EAGAIN || rc == ERR_UNKNOWN ? ERR_FORMAT : rc;
}

/* Finds text in the file's beginning; what follows it goes to rest, as long as it is printable. */
static bool find_text(int fd, const char *text, char *rest, size_t cap)
{
    char head[HEAD_BYTES + 1];
    ssize_t n = pread(fd, head, HEAD_BYTES, 0);
    const char *at = n > 0 ? memmem(head, (size_t)n, text, strlen(text)) : NULL;
    if (!at)
        return false;
    head[n] = '\0';
    size_t len = 0;
    for (at += strlen(text); len + 1 < cap && *at > ' ' && *at < 127; at++)
        rest[len++] = *at;
    if (cap > 0)
        rest[len] = '\0';
    return true;
}

bool finish_is_ours(int fd)
{
    return find_text(fd, MP4_MARK, NULL, 0);
}

void finish_start_time(int fd, char *buf, size_t cap)
{
    if (!find_text(fd, MP4_MARK " from ", buf, cap))
        buf[0] = '\0';
}
