/* SPDX-License-Identifier: MIT */
/* Letters and numbers are those of ITU-T T.81. A component's plane has a byte a block, in whole
 * MCUs. */
#include "media/mjpeg_eighth.h"

#include <errno.h>
#include <string.h>

#include "media/mjpeg_huffman.h"
#include "media/mjpeg_probe.h"
#include "util/alloc.h"
#include "util/err.h"

enum {
    SOF0 = 0xc0,
    SOF1 = 0xc1,
    DHT = 0xc4,
    RST0 = 0xd0,
    SOI = 0xd8,
    SOS = 0xda,
    DQT = 0xdb,
    DRI = 0xdd,
    APP14 = 0xee,
    COMPONENTS = 3,
    TABLES = 4,
    SAMPLING_MAX = 2,
    BLOCK = 8,
    AC = 63,
};

struct component {
    unsigned id, h, v, tq; /* sampling, quantization table */
    const struct huffman *dc, *ac;
    unsigned across, down; /* blocks */
    size_t at;             /* of its plane in planes */
    int32_t predicted;
};

/* Entropy-coded bytes as bits; behind their end come zeros, which are counted. */
struct bits {
    const uint8_t *at, *end;
    uint64_t held; /* the next bit is the highest */
    unsigned have, padding;
};

struct mjpeg_eighth {
    struct huffman dc[TABLES], ac[TABLES];
    uint16_t q0[TABLES]; /* of a table the first entry only; 0: no table */
    unsigned width, height, components, h_max, v_max, interval;
    struct component component[COMPONENTS];
    uint8_t *planes;
    size_t planes_cap;
    struct bits bits;
};

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

/* ---- the header ---- */

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static int read_dqt(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    while (len > 0) {
        bool wide = p[0] >> 4;
        size_t size = 1 + (wide ? 128u : 64u);
        if (p[0] >> 4 > 1 || (p[0] & 15) >= TABLES || len < size)
            return ERR_FORMAT;
        e->q0[p[0] & 15] = (uint16_t)(wide ? be16(p + 1) : p[1]);
        p += size;
        len -= size;
    }
    return 0;
}

static int read_dht(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    while (len > 0) {
        bool ac = p[0] >> 4;
        if (p[0] >> 4 > 1 || (p[0] & 15) >= TABLES)
            return ERR_FORMAT;
        int took = huffman_set(ac ? &e->ac[p[0] & 15] : &e->dc[p[0] & 15], ac, p + 1, len - 1);
        if (took < 0)
            return took;
        p += 1 + took;
        len -= 1 + (size_t)took;
    }
    return 0;
}

static int read_sof(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    if (len < 6 || len != 6 + 3 * (size_t)p[5])
        return ERR_FORMAT;
    if (p[0] != 8 || (p[5] != 1 && p[5] != COMPONENTS))
        return ERR_UNKNOWN;
    e->height = be16(p + 1);
    e->width = be16(p + 3);
    e->components = p[5];
    e->h_max = e->v_max = 1;
    for (unsigned i = 0; i < e->components; i++) {
        const uint8_t *c = p + 6 + 3 * (size_t)i;
        struct component *to = &e->component[i];
        *to = (struct component){.id = c[0], .h = c[1] >> 4, .v = c[1] & 15, .tq = c[2]};
        if (!to->h || !to->v || to->tq >= TABLES)
            return ERR_FORMAT;
        if (to->h > SAMPLING_MAX || to->v > SAMPLING_MAX)
            return ERR_UNKNOWN;
        if (e->components == 1)
            to->h = to->v = 1; /* A.2.2: blocks follow each other in lines */
        e->h_max = to->h > e->h_max ? to->h : e->h_max;
        e->v_max = to->v > e->v_max ? to->v : e->v_max;
    }
    bool rgb = e->components == COMPONENTS && e->component[0].id == 'R' &&
               e->component[1].id == 'G' && e->component[2].id == 'B';
    return rgb ? ERR_UNKNOWN : 0;
}

/* One scan with every component, all coefficients and bits. */
static int read_sos(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    if (len < 1 || len != 4 + 2 * (size_t)p[0] || e->components == 0)
        return ERR_FORMAT;
    const uint8_t *end = p + 1 + 2 * (size_t)p[0];
    if (p[0] != e->components || end[0] != 0 || end[1] != AC || end[2] != 0)
        return ERR_UNKNOWN;
    for (unsigned i = 0; i < e->components; i++) {
        struct component *c = &e->component[i];
        const uint8_t *s = p + 1 + 2 * (size_t)i;
        if (s[0] != c->id)
            return ERR_UNKNOWN;
        if (s[1] >> 4 >= TABLES || (s[1] & 15) >= TABLES)
            return ERR_FORMAT;
        c->dc = &e->dc[s[1] >> 4];
        c->ac = &e->ac[s[1] & 15];
        if (!c->dc->symbols || !c->ac->symbols || !e->q0[c->tq])
            return ERR_UNKNOWN; /* tables that were left out */
    }
    return 0;
}

static int read_segment(struct mjpeg_eighth *e, unsigned marker, const uint8_t *p, size_t len)
{
    switch (marker) {
    case DQT:
        return read_dqt(e, p, len);
    case DHT:
        return read_dht(e, p, len);
    case SOF0:
    case SOF1:
        return e->components ? ERR_FORMAT : read_sof(e, p, len);
    case DRI:
        e->interval = len == 2 ? be16(p) : 0;
        return len == 2 ? 0 : ERR_FORMAT;
    case APP14: /* Adobe's: 0 says that the components are not YCbCr */
        return len >= 12 && !memcmp(p, "Adobe", 5) && p[11] == 0 ? ERR_UNKNOWN : 0;
    default:
        return marker > SOF1 && marker < RST0 ? ERR_UNKNOWN : 0;
    }
}

/* Every segment up to SOS, whose payload it reads, too; returns where the scan begins. */
static int read_header(struct mjpeg_eighth *e, const uint8_t *jpeg, size_t len, size_t *scan)
{
    size_t at = 2;
    e->components = e->interval = 0;
    memset(e->q0, 0, sizeof e->q0);
    while (at + 4 <= len && jpeg[at] == 0xff) {
        unsigned marker = jpeg[at + 1];
        if (marker == 0xff) { /* fills */
            at++;
            continue;
        }
        size_t size = be16(jpeg + at + 2);
        if (marker < SOF0 || (marker >= RST0 && marker <= SOI) || size < 2 || size + 2 > len - at)
            return ERR_FORMAT;
        int err = marker == SOS ? read_sos(e, jpeg + at + 4, size - 2)
                                : read_segment(e, marker, jpeg + at + 4, size - 2);
        at += size + 2;
        *scan = at;
        if (err < 0 || marker == SOS)
            return err;
    }
    return ERR_FORMAT;
}

/* ---- the scan ---- */

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
    bool expected = b->end - b->at >= 2 && b->at[0] == 0xff && b->at[1] == RST0 + number % 8;
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
        c->down = down * c->v;
        c->at = bytes;
        bytes += (size_t)c->across * c->down;
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
    int err = len < 4 || jpeg[0] != 0xff || jpeg[1] != SOI ? ERR_FORMAT
                                                           : read_header(e, jpeg, len, &scan);
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
