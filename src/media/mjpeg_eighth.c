/* SPDX-License-Identifier: MIT */
/* The scan, and the picture that comes of it. */
#include <errno.h>
#include <string.h>

#include "media/mjpeg_eighth_impl.h"
#include "media/mjpeg_marker.h"
#include "util/alloc.h"
#include "util/err.h"

enum { BLOCK = 8 };

int mjpeg_eighth_new(struct mjpeg_eighth **out)
{
    *out = mem_zero(1, sizeof **out);
    return *out ? 0 : -ENOMEM;
}

void mjpeg_eighth_free(struct mjpeg_eighth *e)
{
    if (!e)
        return;
    mem_free(e->planes);
    mem_free(e);
}

/* Byte by byte: without what is stuffed behind 0xff; a marker ends the bytes. */
static void refill_slowly(struct bits *b)
{
    while (b->have <= 56) {
        unsigned byte = 0;
        if (b->at < b->end && *b->at != 0xff) {
            byte = *b->at++;
        } else if (b->end - b->at >= 2 && b->at[1] == 0) {
            byte = 0xff;
            b->at += 2;
        } else {
            b->padding += 8;
        }
        b->held |= (uint64_t)byte << (56 - b->have);
        b->have += 8;
    }
}

static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline bool has_ff(uint32_t four)
{
    return ((~four - 0x01010101u) & four & 0x80808080u) != 0;
}

/* At least 32 bits are held afterwards. */
static inline void refill(struct bits *b)
{
    if (b->have >= 32)
        return;
    if (b->end - b->at < 4 || has_ff(be32(b->at))) {
        refill_slowly(b);
        return;
    }
    b->held |= (uint64_t)be32(b->at) << (32 - b->have);
    b->have += 32;
    b->at += 4;
}

static inline unsigned first(uint64_t held, unsigned n)
{
    return (unsigned)(held >> (64 - n));
}

static bool is_past_end(const struct bits *b)
{
    return b->padding > b->have;
}

/* F.2.2.1: the difference to the block before. */
static inline int read_dc(struct bits *b, struct component *c)
{
    refill(b);
    huffman_step s = c->dc->one[first(b->held, HUFFMAN_LOOK)];
    if (!s)
        s = huffman_long(c->dc, first(b->held, 16));
    if (!s)
        return ERR_FORMAT;
    unsigned size = huffman_coefficients(s);
    b->held <<= huffman_bits(s);
    if (size > 0) {
        int32_t v = (int32_t)first(b->held, size);
        v = v >> (size - 1) ? v : v - (1 << size) + 1;
        c->predicted = (int16_t)(c->predicted + v);
    }
    b->held <<= size;
    b->have -= huffman_bits(s) + size;
    return 0;
}

/* A step that goes over the block's end holds bits of the next block, too. What the loop changes is
 * kept out of memory, which doubles its speed. */
static inline int skip_ac(struct bits *b, const struct huffman *h)
{
    uint64_t held = b->held;
    unsigned have = b->have, k = 0;
    huffman_step s = 0;
    while (k < AC && !huffman_ends(s)) {
        if (have < 32) {
            b->held = held;
            b->have = have;
            refill(b);
            held = b->held;
            have = b->have;
        }
        s = h->many[first(held, HUFFMAN_LOOK)];
        if (k + huffman_coefficients(s) + huffman_ends(s) > AC)
            s = h->one[first(held, HUFFMAN_LOOK)];
        if (!s)
            s = huffman_long(h, first(held, 16));
        if (!s)
            return ERR_FORMAT;
        held <<= huffman_bits(s);
        have -= huffman_bits(s);
        k += huffman_coefficients(s);
    }
    b->held = held;
    b->have = have;
    return k <= AC ? 0 : ERR_FORMAT;
}

static uint8_t mean(int32_t dc, unsigned q0)
{
    int64_t v = (((int64_t)dc * q0 + 4) >> 3) + 128;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static int read_block(struct mjpeg_eighth *e, struct component *c, unsigned x, unsigned y)
{
    int err = read_dc(&e->bits, c);
    if (!err)
        err = skip_ac(&e->bits, c->ac);
    e->planes[c->at + (size_t)y * c->across + x] = mean(c->predicted, e->q0[c->tq]);
    return err;
}

static int read_mcu(struct mjpeg_eighth *e, unsigned x, unsigned y)
{
    int err = 0;
    for (unsigned i = 0; i < e->components; i++) {
        struct component *c = &e->component[i];
        for (unsigned v = 0; v < c->v; v++)
            for (unsigned h = 0; h < c->h && !err; h++)
                err = read_block(e, c, x * c->h + h, y * c->v + v);
    }
    return err;
}

/* Between two intervals: the rest of a byte, and a marker with a number from 0 to 7. */
static int restart(struct mjpeg_eighth *e, unsigned number)
{
    struct bits *b = &e->bits;
    bool expected =
        b->end - b->at >= 2 && b->at[0] == 0xff && b->at[1] == MJPEG_RST0 + (int)(number % 8);
    if (!expected || b->have - b->padding >= 8 || is_past_end(b))
        return ERR_FORMAT;
    *b = (struct bits){.at = b->at + 2, .end = b->end};
    for (unsigned i = 0; i < e->components; i++)
        e->component[i].predicted = 0;
    return 0;
}

static int read_scan(struct mjpeg_eighth *e, unsigned across, unsigned down)
{
    unsigned mcu = 0;
    for (unsigned y = 0; y < down; y++) {
        for (unsigned x = 0; x < across; x++, mcu++) {
            int err = 0;
            if (e->interval && mcu && mcu % e->interval == 0)
                err = restart(e, mcu / e->interval - 1);
            if (!err)
                err = read_mcu(e, x, y);
            if (err)
                return err;
        }
        if (is_past_end(&e->bits))
            return ERR_FORMAT;
    }
    return 0;
}

static int lay_out(struct mjpeg_eighth *e, unsigned across, unsigned down)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < e->components; i++) {
        struct component *c = &e->component[i];
        c->across = across * c->h;
        c->at = bytes;
        bytes += (size_t)c->across * down * c->v;
    }
    if (bytes <= e->planes_cap)
        return 0;
    uint8_t *grown = mem_grow(e->planes, bytes, 1);
    if (!grown)
        return -ENOMEM;
    e->planes = grown;
    e->planes_cap = bytes;
    return 0;
}

/* ---- the picture ---- */

static uint8_t clamp(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void put_pixel(uint8_t *to, int y, int cb, int cr)
{
    enum { ONE = 1 << 16, HALF = ONE / 2 };
    cb -= 128;
    cr -= 128;
    to[0] = clamp(y + ((91881 * cr + HALF) >> 16));
    to[1] = clamp(y + ((-22554 * cb - 46802 * cr + HALF) >> 16));
    to[2] = clamp(y + ((116130 * cb + HALF) >> 16));
    to[3] = 255;
}

/* A line of a component's plane. */
static const uint8_t *line_of(const struct mjpeg_eighth *e, unsigned i, unsigned y)
{
    const struct component *c = &e->component[i];
    return e->planes + c->at + (size_t)(y * c->v / e->v_max) * c->across;
}

static void put_line(const struct mjpeg_eighth *e, unsigned y, uint8_t *to, unsigned width)
{
    const struct component *c = e->component;
    const uint8_t *luma = line_of(e, 0, y);
    bool grey = e->components == 1;
    const uint8_t *cb = grey ? NULL : line_of(e, 1, y), *cr = grey ? NULL : line_of(e, 2, y);
    for (unsigned x = 0; x < width; x++, to += 4) {
        int l = luma[x * c[0].h / e->h_max];
        if (grey)
            put_pixel(to, l, 128, 128);
        else
            put_pixel(to, l, cb[x * c[1].h / e->h_max], cr[x * c[2].h / e->h_max]);
    }
}

static unsigned parts(unsigned n, unsigned of)
{
    return (n + of - 1) / of;
}

int mjpeg_eighth_decode(struct mjpeg_eighth *e, const uint8_t *jpeg, size_t len, struct frame *rgba)
{
    size_t scan = 0;
    int err = mjpeg_eighth_header(e, jpeg, len, &scan);
    if (err < 0)
        return err;
    unsigned width = parts(e->width, BLOCK), height = parts(e->height, BLOCK);
    if (!width || !height || (size_t)width * height * 4 > rgba->cap)
        return ERR_FORMAT;
    unsigned across = parts(width, e->h_max), down = parts(height, e->v_max);
    err = lay_out(e, across, down);
    if (err < 0)
        return err;
    e->bits = (struct bits){.at = jpeg + scan, .end = jpeg + len};
    err = read_scan(e, across, down);
    if (err < 0)
        return err;
    for (unsigned y = 0; y < height; y++)
        put_line(e, y, rgba->data + (size_t)y * width * 4, width);
    rgba->len = (size_t)width * height * 4;
    rgba->width = (uint16_t)width;
    rgba->height = (uint16_t)height;
    return 0;
}
