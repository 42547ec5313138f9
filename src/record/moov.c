/* SPDX-License-Identifier: MIT */
#include "record/moov.h"

#include "util/err.h"

/* Bytes behind the duration in the headers, which are kept as they are. */
enum { MVHD_TAIL = 80, TKHD_TAIL = 60, MDHD_TAIL = 4 };

/* What a moov must have, each once and in its place; other boxes are copied. */
static const struct part {
    uint32_t parent, type;
} parts[] = {
    {BOX('m', 'o', 'o', 'v'), BOX('m', 'v', 'h', 'd')},
    {BOX('m', 'o', 'o', 'v'), BOX('t', 'r', 'a', 'k')},
    {BOX('t', 'r', 'a', 'k'), BOX('t', 'k', 'h', 'd')},
    {BOX('t', 'r', 'a', 'k'), BOX('m', 'd', 'i', 'a')},
    {BOX('m', 'd', 'i', 'a'), BOX('m', 'd', 'h', 'd')},
    {BOX('m', 'd', 'i', 'a'), BOX('m', 'i', 'n', 'f')},
    {BOX('m', 'i', 'n', 'f'), BOX('s', 't', 'b', 'l')},
};
enum { PARTS = sizeof parts / sizeof *parts, HAS_ALL = (1 << PARTS) - 1 };

struct rewrite {
    const struct fragments *f;
    struct box_out *out;
    unsigned has; /* bits of parts */
};

/* A part in another place, or a second one: whoever reads the file could take another track than
 * the one that was rewritten. */
static bool is_in_place(struct rewrite *r, uint32_t parent, uint32_t type)
{
    for (unsigned i = 0; i < PARTS; i++) {
        if (parts[i].type != type)
            continue;
        bool first = !(r->has & 1u << i);
        r->has |= 1u << i;
        return first && parts[i].parent == parent;
    }
    return true;
}

static uint64_t get_time(struct box_in *in, bool wide)
{
    return wide ? box_get64(in) : box_get32(in);
}

static void put_time(struct box_out *out, uint64_t v, bool wide)
{
    if (wide)
        box_put64(out, v);
    else
        box_put32(out, (uint32_t)v);
}

/* mvhd, tkhd and mdhd (8.2.2, 8.3.2, 8.4.2): version and flags, two dates, the time scale (of a
 * track its number and a zero), the duration, a tail. Every duration is in the track's scale. */
static int write_header(struct rewrite *r, uint32_t type, struct box_in in, size_t tail)
{
    const struct fragments *f = r->f;
    struct box_out *out = r->out;
    bool track = type == BOX('t', 'k', 'h', 'd');
    uint32_t flags = box_get32(&in);
    bool wide = flags >> 24 == 1;
    uint64_t created = get_time(&in, wide), modified = get_time(&in, wide);
    uint32_t number = box_get32(&in);
    box_skip(&in, (track ? 4u : 0u) + (wide ? 8u : 4u));
    if (in.bad || (size_t)(in.end - in.at) != tail)
        return ERR_FORMAT;
    wide = f->ticks >= UINT32_MAX || created > UINT32_MAX || modified > UINT32_MAX;
    size_t begin = box_begin(out, type);
    box_put32(out, (flags & 0xffffff) | (uint32_t)wide << 24);
    put_time(out, created, wide);
    put_time(out, modified, wide);
    box_put32(out, track ? number : f->timescale);
    if (track)
        box_put32(out, 0);
    put_time(out, f->ticks, wide);
    box_put(out, in.at, tail);
    box_end(out, begin);
    return 0;
}

/* How long samples are shown, run by run (8.6.1.2). */
static void write_stts(const struct fragments *f, struct box_out *out)
{
    size_t begin = box_begin(out, BOX('s', 't', 't', 's'));
    box_put32(out, 0);
    size_t count_at = out->len;
    uint32_t runs = 0;
    box_put32(out, 0);
    for (size_t i = 0, next; i < f->n; i = next) {
        for (next = i + 1; next < f->n && f->samples[next].ticks == f->samples[i].ticks;)
            next++;
        box_put32(out, (uint32_t)(next - i));
        box_put32(out, f->samples[i].ticks);
        runs++;
    }
    box_patch32(out, count_at, runs);
    box_end(out, begin);
}

/* Which samples are key frames (8.6.2); without it all are. */
static void write_stss(const struct fragments *f, struct box_out *out)
{
    size_t begin = box_begin(out, BOX('s', 't', 's', 's'));
    box_put32(out, 0);
    size_t count_at = out->len;
    uint32_t keys = 0;
    box_put32(out, 0);
    for (size_t i = 0; i < f->n; i++) {
        if (!f->samples[i].key)
            continue;
        box_put32(out, (uint32_t)i + 1);
        keys++;
    }
    box_patch32(out, count_at, keys);
    box_end(out, begin);
}

/* How many samples chunks hold, run by run (8.7.4). */
static void write_stsc(const struct fragments *f, struct box_out *out)
{
    size_t begin = box_begin(out, BOX('s', 't', 's', 'c'));
    box_put32(out, 0);
    size_t count_at = out->len;
    uint32_t runs = 0;
    box_put32(out, 0);
    for (size_t i = 0; i < f->chunks_n; i++) {
        if (i > 0 && f->chunks[i].samples == f->chunks[i - 1].samples)
            continue;
        box_put32(out, (uint32_t)i + 1);
        box_put32(out, f->chunks[i].samples);
        box_put32(out, 1); /* the only sample description */
        runs++;
    }
    box_patch32(out, count_at, runs);
    box_end(out, begin);
}

/* Sizes of samples (8.7.3.2). */
static void write_stsz(const struct fragments *f, struct box_out *out)
{
    size_t begin = box_begin(out, BOX('s', 't', 's', 'z'));
    box_put32(out, 0);
    box_put32(out, 0); /* they differ */
    box_put32(out, (uint32_t)f->n);
    for (size_t i = 0; i < f->n; i++)
        box_put32(out, f->samples[i].bytes);
    box_end(out, begin);
}

/* Where chunks are (8.7.5), in 32 or 64 bits. */
static void write_offsets(const struct fragments *f, struct box_out *out)
{
    bool wide = f->end > UINT32_MAX;
    size_t begin = box_begin(out, wide ? BOX('c', 'o', '6', '4') : BOX('s', 't', 'c', 'o'));
    box_put32(out, 0);
    box_put32(out, (uint32_t)f->chunks_n);
    for (size_t i = 0; i < f->chunks_n; i++)
        put_time(out, f->chunks[i].at, wide);
    box_end(out, begin);
}

static void copy(uint32_t type, struct box_in in, struct box_out *out)
{
    size_t begin = box_begin(out, type);
    box_put(out, in.at, (size_t)(in.end - in.at));
    box_end(out, begin);
}

static int write_stbl(struct rewrite *r, struct box_in in)
{
    const struct fragments *f = r->f;
    struct box_out *out = r->out;
    struct box_in stsd;
    if (!box_find(in, BOX('s', 't', 's', 'd'), &stsd))
        return ERR_FORMAT;
    size_t begin = box_begin(out, BOX('s', 't', 'b', 'l'));
    copy(BOX('s', 't', 's', 'd'), stsd, out);
    write_stts(f, out);
    if (!f->all_key)
        write_stss(f, out);
    write_stsc(f, out);
    write_stsz(f, out);
    write_offsets(f, out);
    box_end(out, begin);
    return 0;
}

static int write_children(struct rewrite *r, uint32_t type, struct box_in in);

/* Boxes are opened in the order of parts only, so nesting has an end. */
static int write_box(struct rewrite *r, uint32_t parent, uint32_t type, struct box_in in)
{
    if (!is_in_place(r, parent, type))
        return ERR_FORMAT;
    switch (type) {
    case BOX('t', 'r', 'a', 'k'):
    case BOX('m', 'd', 'i', 'a'):
    case BOX('m', 'i', 'n', 'f'):
        return write_children(r, type, in);
    case BOX('m', 'v', 'h', 'd'):
        return write_header(r, type, in, MVHD_TAIL);
    case BOX('t', 'k', 'h', 'd'):
        return write_header(r, type, in, TKHD_TAIL);
    case BOX('m', 'd', 'h', 'd'):
        return write_header(r, type, in, MDHD_TAIL);
    case BOX('s', 't', 'b', 'l'):
        return write_stbl(r, in);
    case BOX('m', 'v', 'e', 'x'): /* there are no fragments any more */
    case BOX('e', 'd', 't', 's'):
        return 0;
    default:
        copy(type, in, r->out);
        return 0;
    }
}

static int write_children(struct rewrite *r, uint32_t type, struct box_in in)
{
    size_t begin = box_begin(r->out, type);
    struct box_in body;
    uint32_t child;
    int rc = 0;
    while (rc == 0 && box_next(&in, &child, &body))
        rc = write_box(r, type, child, body);
    box_end(r->out, begin);
    return rc == 0 && in.bad ? ERR_FORMAT : rc;
}

int moov_write(const struct fragments *f, struct box_out *out)
{
    struct rewrite r = {.f = f, .out = out};
    struct box_in in = {.at = f->moov, .end = f->moov + f->moov_len};
    int rc = write_children(&r, BOX('m', 'o', 'o', 'v'), in);
    if (rc == 0 && r.has != HAS_ALL)
        rc = ERR_FORMAT;
    return rc < 0 ? rc : out->err;
}
