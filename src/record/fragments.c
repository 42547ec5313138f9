/* SPDX-License-Identifier: MIT */
#include "record/fragments.h"

#include <errno.h>
#include <sys/stat.h>

#include "record/box.h"
#include "util/alloc.h"
#include "util/err.h"

enum {
    HEADER_MAX = 1 << 20,   /* of a moov or moof that mp4_open and libavformat write */
    SAMPLES_MAX = 32 << 20, /* a day at 388 a second */
    TAIL_BYTES = 4096,
    SAMPLE_IS_NOT_SYNC = 0x10000,
};

/* Defaults for samples, from trex and then tfhd; where a fragment is and how far its data go. */
struct context {
    uint32_t ticks, bytes, flags;
    uint64_t moof_at, data_at, data_end;
    uint64_t data; /* where the next run begins, if it does not say */
};

static int load(int fd, const struct box *box, uint8_t **bytes, size_t *len)
{
    if (box->size > HEADER_MAX)
        return ERR_FORMAT;
    *len = (size_t)box->size - box->head;
    *bytes = mem_alloc(*len + 1);
    return *bytes ? box_pread(fd, *bytes, *len, box->at + box->head) : -ENOMEM;
}

static int add_sample(struct fragments *f, struct fragment_sample s)
{
    if (f->n == SAMPLES_MAX || s.bytes == 0)
        return ERR_FORMAT;
    if (f->n == f->cap) {
        size_t cap = f->cap ? 2 * f->cap : 1024;
        struct fragment_sample *grown = mem_grow(f->samples, cap, sizeof *grown);
        if (!grown)
            return -ENOMEM;
        f->samples = grown;
        f->cap = cap;
    }
    f->samples[f->n++] = s;
    f->ticks += s.ticks;
    f->all_key = f->all_key && s.key;
    return 0;
}

static int add_chunk(struct fragments *f, struct fragment_chunk c)
{
    if (f->chunks_n == f->chunks_cap) {
        size_t cap = f->chunks_cap ? 2 * f->chunks_cap : 256;
        struct fragment_chunk *grown = mem_grow(f->chunks, cap, sizeof *grown);
        if (!grown)
            return -ENOMEM;
        f->chunks = grown;
        f->chunks_cap = cap;
    }
    f->chunks[f->chunks_n++] = c;
    return 0;
}

/* Track fragment header: which defaults hold (8.8.7). */
static int read_tfhd(struct box_in in, struct context *c)
{
    uint32_t flags = box_get32(&in);
    box_skip(&in, 4); /* the only track */
    if (flags & 0x000001)
        return ERR_FORMAT; /* a base offset; ours are relative to the moof */
    if (flags & 0x000002)
        box_skip(&in, 4);
    if (flags & 0x000008)
        c->ticks = box_get32(&in);
    if (flags & 0x000010)
        c->bytes = box_get32(&in);
    if (flags & 0x000020)
        c->flags = box_get32(&in);
    return in.bad ? ERR_FORMAT : 0;
}

/* When the fragment begins (8.8.12). A gap to the one before lengthens that one's last sample. */
static int read_tfdt(struct box_in in, struct fragments *f)
{
    uint32_t version = box_get32(&in) >> 24;
    uint64_t begin = version ? box_get64(&in) : box_get32(&in);
    if (in.bad || begin < f->ticks)
        return ERR_FORMAT;
    uint64_t gap = begin - f->ticks;
    if (gap == 0)
        return 0;
    if (f->n == 0 || gap > UINT32_MAX - f->samples[f->n - 1].ticks)
        return ERR_FORMAT;
    f->samples[f->n - 1].ticks += (uint32_t)gap;
    f->ticks = begin;
    return 0;
}

/* One sample of a run (8.8.8). */
static int read_sample(struct box_in *in, uint32_t run_flags, uint32_t sample_flags,
                       const struct context *c, struct fragments *f)
{
    struct fragment_sample s = {.bytes = c->bytes, .ticks = c->ticks};
    if (run_flags & 0x000100)
        s.ticks = box_get32(in);
    if (run_flags & 0x000200)
        s.bytes = box_get32(in);
    if (run_flags & 0x000400)
        sample_flags = box_get32(in);
    if (run_flags & 0x000800)
        box_skip(in, 4); /* without reordering, times of showing and decoding are the same */
    s.key = !(sample_flags & SAMPLE_IS_NOT_SYNC);
    return in->bad ? ERR_FORMAT : add_sample(f, s);
}

static int read_trun(struct box_in in, struct context *c, struct fragments *f)
{
    uint32_t flags = box_get32(&in), n = box_get32(&in);
    uint64_t at = c->data;
    if (flags & 0x000001)
        at = c->moof_at + (uint64_t)(int64_t)(int32_t)box_get32(&in);
    uint32_t first_flags = flags & 0x000004 ? box_get32(&in) : c->flags;
    if (in.bad || n == 0 || at < c->data_at)
        return ERR_FORMAT;
    c->data = at;
    for (uint32_t i = 0; i < n; i++) {
        int rc = read_sample(&in, flags, i == 0 ? first_flags : c->flags, c, f);
        if (rc < 0)
            return rc;
        c->data += f->samples[f->n - 1].bytes;
        if (c->data > c->data_end)
            return ERR_FORMAT;
    }
    return add_chunk(f, (struct fragment_chunk){.at = at, .samples = n});
}

static int read_traf(struct box_in in, struct context c, struct fragments *f)
{
    uint32_t type;
    struct box_in body;
    int rc = 0;
    while (rc == 0 && box_next(&in, &type, &body)) {
        if (type == BOX('t', 'f', 'h', 'd'))
            rc = read_tfhd(body, &c);
        else if (type == BOX('t', 'f', 'd', 't'))
            rc = read_tfdt(body, f);
        else if (type == BOX('t', 'r', 'u', 'n'))
            rc = read_trun(body, &c, f);
    }
    return rc == 0 && in.bad ? ERR_FORMAT : rc;
}

static int read_moof(int fd, const struct box *moof, const struct box *mdat,
                     const struct context *defaults, struct fragments *f)
{
    uint8_t *bytes = NULL;
    size_t len;
    struct context c = *defaults;
    c.moof_at = moof->at;
    c.data = c.data_at = mdat->at + mdat->head;
    c.data_end = mdat->at + mdat->size;
    int rc = load(fd, moof, &bytes, &len);
    struct box_in traf;
    if (rc == 0 &&
        !box_find((struct box_in){.at = bytes, .end = bytes + len}, BOX('t', 'r', 'a', 'f'), &traf))
        rc = ERR_FORMAT;
    if (rc == 0)
        rc = read_traf(traf, c, f);
    mem_free(bytes);
    return rc;
}

/* What power cuts leave: the length was written, the contents were not. */
static int check_zeros(int fd, uint64_t at, uint64_t end)
{
    uint8_t buf[TAIL_BYTES];
    while (at < end) {
        size_t n = end - at < sizeof buf ? (size_t)(end - at) : sizeof buf;
        int rc = box_pread(fd, buf, n, at);
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < n; i++)
            if (buf[i] != 0)
                return ERR_FORMAT;
        at += n;
    }
    return ERR_END;
}

/* The fragment at f->end. ERR_END when there is none, or a torn one, or what a finisher appended
 * before it died; ERR_FORMAT when what is there can be none of these. */
static int read_fragment(int fd, const struct context *defaults, struct fragments *f)
{
    struct box moof, mdat;
    int rc = box_read(fd, f->end, f->file_end, &moof);
    if (rc == ERR_FORMAT)
        return check_zeros(fd, f->end, f->file_end);
    bool known = moof.type == BOX('m', 'o', 'o', 'f') || moof.type == BOX('m', 'o', 'o', 'v');
    if (rc == -EAGAIN)
        return known || f->file_end - f->end < 8 ? ERR_END : ERR_FORMAT;
    if (rc < 0)
        return rc;
    if (moof.type == BOX('m', 'o', 'o', 'v'))
        return ERR_END;
    if (!known)
        return ERR_FORMAT;
    rc = box_read(fd, moof.at + moof.size, f->file_end, &mdat);
    if (rc == ERR_FORMAT)
        return check_zeros(fd, moof.at + moof.size, f->file_end);
    if (rc == -EAGAIN)
        return ERR_END;
    if (rc == 0 && mdat.type != BOX('m', 'd', 'a', 't'))
        return ERR_FORMAT;
    if (rc == 0)
        rc = read_moof(fd, &moof, &mdat, defaults, f);
    if (rc == 0)
        f->end = mdat.at + mdat.size;
    return rc;
}

static struct context read_trex(const struct fragments *f)
{
    struct context c = {0};
    struct box_in in = {.at = f->moov, .end = f->moov + f->moov_len}, mvex, trex;
    if (box_find(in, BOX('m', 'v', 'e', 'x'), &mvex) &&
        box_find(mvex, BOX('t', 'r', 'e', 'x'), &trex)) {
        box_skip(&trex, 12);
        c.ticks = box_get32(&trex);
        c.bytes = box_get32(&trex);
        c.flags = box_get32(&trex);
    }
    return c;
}

static int read_timescale(struct fragments *f)
{
    struct box_in in = {.at = f->moov, .end = f->moov + f->moov_len}, trak, mdia, mdhd;
    if (!box_find(in, BOX('t', 'r', 'a', 'k'), &trak) ||
        !box_find(trak, BOX('m', 'd', 'i', 'a'), &mdia) ||
        !box_find(mdia, BOX('m', 'd', 'h', 'd'), &mdhd))
        return ERR_FORMAT;
    bool wide = box_get32(&mdhd) >> 24 == 1;
    box_skip(&mdhd, wide ? 16 : 8);
    f->timescale = box_get32(&mdhd);
    return f->timescale > 0 ? 0 : ERR_FORMAT;
}

/* ftyp and moov. */
static int read_beginning(int fd, struct fragments *f)
{
    struct box box;
    int rc = box_read(fd, 0, f->file_end, &box);
    if (rc < 0 || box.type != BOX('f', 't', 'y', 'p'))
        return rc == 0 || rc == -EAGAIN || rc == ERR_END ? ERR_FORMAT : rc;
    f->moov_at = box.size;
    rc = box_read(fd, f->moov_at, f->file_end, &box);
    if (rc == 0 && box.type == BOX('m', 'd', 'a', 't'))
        rc = box_read(fd, f->moov_at + box.size, f->file_end, &box) == 0 ? ERR_END : ERR_FORMAT;
    else if (rc == 0 && box.type == BOX('m', 'o', 'o', 'v'))
        rc = load(fd, &box, &f->moov, &f->moov_len);
    else if (rc == 0 || rc == -EAGAIN || rc == ERR_END)
        rc = ERR_FORMAT;
    f->end = box.at + box.size;
    return rc;
}

int fragments_read(int fd, struct fragments *out)
{
    struct stat st;
    *out = (struct fragments){.all_key = true};
    if (fstat(fd, &st) < 0)
        return -errno;
    out->file_end = (uint64_t)st.st_size;
    int rc = read_beginning(fd, out);
    if (rc == 0)
        rc = read_timescale(out);
    if (rc == 0) {
        struct context defaults = read_trex(out);
        while (rc == 0)
            rc = read_fragment(fd, &defaults, out);
        rc = rc == ERR_END ? 0 : rc;
    }
    if (rc < 0)
        fragments_free(out);
    return rc;
}

void fragments_free(struct fragments *f)
{
    mem_free(f->moov);
    mem_free(f->samples);
    mem_free(f->chunks);
    *f = (struct fragments){0};
}
