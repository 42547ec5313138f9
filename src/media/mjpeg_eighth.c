/* SPDX-License-Identifier: MIT */
/* The scan, and the picture that comes of it. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "media/mjpeg_eighth_impl.h"
#include "media/mjpeg_marker.h"
#include "util/alloc.h"
#include "util/err.h"

/* OVERRUN: bytes behind the last ones that a damaged block may want to see, whose coefficients have
 * 31 bits at most, beside those that are held. */
enum { BLOCK = 8, OVERRUN = BLOCK * BLOCK * 31 / 8 + 2 * 8 };

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
    mem_free(e->bytes);
    mem_free(e);
}

/* Takes the bytes up to the next marker without what is stuffed behind 0xff, so that nothing need
 * be looked for while bits are read. */
static void unstuff(struct mjpeg_eighth *e)
{
    uint8_t *to = e->bytes;
    while (e->next < e->end) {
        const uint8_t *ff = memchr(e->next, 0xff, (size_t)(e->end - e->next));
        size_t n = (size_t)((ff ? ff : e->end) - e->next);
        memcpy(to, e->next, n);
        to += n;
        e->next += n;
        if (e->end - e->next < 2 || e->next[1] != 0)
            break;
        *to++ = 0xff;
        e->next += 2;
    }
    memset(to, 0, OVERRUN);
    e->bits = (struct bits){.at = e->bytes, .end = to};
}

/* At least 56 bits are held afterwards. Below them may be some of what comes next. */
static inline void refill(struct bits *b)
{
    uint64_t next;
    memcpy(&next, b->at, sizeof next);
    b->held |= be64toh(next) >> b->have;
    b->at += (63 - b->have) / 8;
    b->have |= 56;
}

static inline unsigned first(uint64_t held, unsigned n)
{
    return (unsigned)(held >> (64 - n));
}

static inline void pass(struct bits *b, unsigned n)
{
    b->held <<= n;
    b->have -= n;
}

/* Bits before the end; negative: behind it. */
static inline ptrdiff_t left(const struct bits *b)
{
    return (b->end - b->at) * 8 + (ptrdiff_t)b->have;
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
    pass(b, huffman_bits(s));
    unsigned size = huffman_coefficients(s);
    int32_t v = (int32_t)(b->held >> 1 >> (63 - size));
    int32_t low = (int32_t)(~b->held >> 63); /* 1 below the middle */
    c->predicted = (int16_t)(c->predicted + v + low * (1 - (1 << size)));
    pass(b, size);
    return 0;
}

/* A step that goes over the block's end holds bits of the next block, too. */
static inline int skip_ac(struct bits *b, const struct huffman *h)
{
    unsigned k = 0;
    huffman_step s = 0;
    while (k < AC && !huffman_ends(s)) {
        refill(b);
        s = h->many[first(b->held, HUFFMAN_LOOK)];
        if (k + huffman_coefficients(s) + huffman_ends(s) > AC)
            s = h->one[first(b->held, HUFFMAN_LOOK)];
        if (!s)
            s = huffman_long(h, first(b->held, 16));
        if (!s)
            return ERR_FORMAT;
        pass(b, huffman_bits(s));
        k += huffman_coefficients(s);
    }
    return k <= AC ? 0 : ERR_FORMAT;
}

static uint8_t mean(int32_t dc, unsigned q0)
{
    int64_t v = (((int64_t)dc * q0 + 4) >> 3) + 128;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* The bits are kept out of memory meanwhile, which makes it much faster. */
static int read_block(struct mjpeg_eighth *e, struct component *c, unsigned x, unsigned y)
{
    struct bits b = e->bits;
    int err = read_dc(&b, c);
    if (!err)
        err = skip_ac(&b, c->ac);
    if (!err && left(&b) < 0)
        err = ERR_FORMAT;
    e->bits = b;
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
    bool expected =
        e->end - e->next >= 2 && e->next[0] == 0xff && e->next[1] == MJPEG_RST0 + (int)(number % 8);
    if (!expected || left(&e->bits) >= 8)
        return ERR_FORMAT;
    e->next += 2;
    unstuff(e);
    for (unsigned i = 0; i < e->components; i++)
        e->component[i].predicted = 0;
    return 0;
}

static int read_scan(struct mjpeg_eighth *e, unsigned across, unsigned down)
{
    unsigned mcu = 0;
    unstuff(e);
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
    }
    return 0;
}

static int make_room(uint8_t **bytes, size_t *cap, size_t wanted)
{
    if (wanted <= *cap)
        return 0;
    uint8_t *grown = mem_grow(*bytes, wanted, 1);
    if (!grown)
        return -ENOMEM;
    *bytes = grown;
    *cap = wanted;
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
    return make_room(&e->planes, &e->planes_cap, bytes);
}

/* ---- the picture ---- */

static uint8_t clamp(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* What colour adds to a pixel's brightness. */
struct tint {
    int r, g, b;
};

static struct tint tint_of(int cb, int cr)
{
    enum { ONE = 1 << 16, HALF = ONE / 2 };
    cb -= 128;
    cr -= 128;
    return (struct tint){(91881 * cr + HALF) >> 16, (-22554 * cb - 46802 * cr + HALF) >> 16,
                         (116130 * cb + HALF) >> 16};
}

static void put_pixel(uint8_t *to, int y, struct tint t)
{
    to[0] = clamp(y + t.r);
    to[1] = clamp(y + t.g);
    to[2] = clamp(y + t.b);
    to[3] = 255;
}

/* A line of a component's plane, which holds every or (*half) every other pixel. */
static const uint8_t *line_of(const struct mjpeg_eighth *e, unsigned i, unsigned y, bool *half)
{
    const struct component *c = &e->component[i];
    *half = c->h < e->h_max;
    return e->planes + c->at + (size_t)(c->v < e->v_max ? y / 2 : y) * c->across;
}

static void put_line(const struct mjpeg_eighth *e, unsigned y, uint8_t *to, unsigned width)
{
    bool half[COMPONENTS] = {0};
    const uint8_t *line[COMPONENTS];
    for (unsigned i = 0; i < e->components; i++)
        line[i] = line_of(e, i, y, &half[i]);
    for (unsigned x = 0; x < width; x++) {
        struct tint t = {0};
        if (e->components > 1)
            t = tint_of(line[1][x >> half[1]], line[2][x >> half[2]]);
        put_pixel(to + 4 * (size_t)x, line[0][x >> half[0]], t);
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
    err = make_room(&e->bytes, &e->bytes_cap, len - scan + OVERRUN);
    if (err < 0)
        return err;
    e->next = jpeg + scan;
    e->end = jpeg + len;
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
