/* SPDX-License-Identifier: MIT */
/* On camera pictures of 640 x 384 pixels the predictor of Paeth with runs alone makes two fifths of
 * what deflate makes of the bare pixels, in less time: 116 and 63 KB of base64 against 270 and 185,
 * and 189 and 107 without rounding. */
#include "tui/pngenc.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "util/alloc.h"

enum {
    LEVEL = 1,
    WINDOW_BITS = 15,
    MEMORY_LEVEL = 8,
    PIXEL = 3, /* bytes */
    DEPTH = 8,
    RGB = 2,
    PAETH = 4,
    BLOCK = 16,
    CHUNK_BYTES = 12, /* of a chunk without its data: length, name, check */
};

struct pngenc {
    z_stream z;
    uint8_t *room, *line, *above, *filtered; /* a pixel of nothing on the left of both lines */
    size_t width;                            /* there is room for */
};

static void *z_alloc(void *unused, unsigned count, unsigned bytes)
{
    return mem_zero(count, bytes);
}

static void z_free(void *unused, void *p)
{
    mem_free(p);
}

int pngenc_new(struct pngenc **out)
{
    struct pngenc *e = mem_zero(1, sizeof *e);
    if (!e) {
        return -ENOMEM;
    }
    e->z.zalloc = z_alloc;
    e->z.zfree = z_free;
    if (deflateInit2(&e->z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_RLE) != Z_OK) {
        mem_free(e);
        return -ENOMEM;
    }
    *out = e;
    return 0;
}

void pngenc_free(struct pngenc *e)
{
    if (e) {
        deflateEnd(&e->z);
        mem_free(e->room);
        mem_free(e);
    }
}

static int make_room(struct pngenc *e, size_t width)
{
    if (width <= e->width) {
        return 0;
    }
    size_t line = (width + 1) * PIXEL;
    uint8_t *room = mem_grow(e->room, 3, line);
    if (!room) {
        return -ENOMEM;
    }
    e->room = room;
    e->line = room;
    e->above = room + line;
    e->filtered = room + 2 * line;
    e->width = width;
    return 0;
}

static void add_u32(struct bytes *to, uint32_t v)
{
    const uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    bytes_add(to, b, sizeof b);
}

/* The check of all since the chunk's name. */
static void end_chunk(struct bytes *to, size_t name)
{
    if (!to->failed) {
        add_u32(to, (uint32_t)crc32(0, to->at + name, (unsigned)(to->len - name)));
    }
}

static void add_header(struct bytes *to, unsigned width, unsigned height)
{
    static const uint8_t rest[] = {DEPTH, RGB, 0, 0, 0};
    bytes_add(to, "\x89PNG\r\n\x1a\n", 8);
    add_u32(to, 8 + sizeof rest);
    size_t name = to->len;
    bytes_text(to, "IHDR");
    add_u32(to, width);
    add_u32(to, height);
    bytes_add(to, rest, sizeof rest);
    end_chunk(to, name);
}

static uint8_t rounded(unsigned v)
{
    return v >= 254 ? 255 : (uint8_t)((v + 2) & ~3u);
}

static void take_line(struct pngenc *e, const uint8_t *rgba, unsigned width)
{
    uint8_t *to = e->line + PIXEL;
    for (unsigned x = 0; x < width; x++, rgba += 4, to += PIXEL) {
        to[0] = rounded(rgba[0]);
        to[1] = rounded(rgba[1]);
        to[2] = rounded(rgba[2]);
    }
}

static int16_t absolute(int v)
{
    return (int16_t)(v < 0 ? -v : v);
}

/* The one of left, above and above left (the corner) that is nearest to left + above - corner. */
static uint8_t predict(uint8_t left, uint8_t above, uint8_t corner)
{
    int16_t by_left = absolute(above - corner), by_above = absolute(left - corner);
    int16_t by_corner = absolute(left + above - 2 * corner);
    uint8_t other = by_above <= by_corner ? above : corner;
    return by_left <= (by_above < by_corner ? by_above : by_corner) ? left : other;
}

/* Without branches, and in blocks of a constant length, the compiler uses vectors: an eighth of the
 * time. */
static void filter(uint8_t *restrict to, const uint8_t *restrict line,
                   const uint8_t *restrict above, size_t bytes)
{
    size_t i = 0;
    for (; i + BLOCK <= bytes; i += BLOCK) {
        for (size_t k = i; k < i + BLOCK; k++) {
            to[k] = line[k + PIXEL] - predict(line[k], above[k + PIXEL], above[k]);
        }
    }
    for (; i < bytes; i++) {
        to[i] = line[i + PIXEL] - predict(line[i], above[i + PIXEL], above[i]);
    }
}

static void deflate_lines(struct pngenc *e, const struct frame *rgba)
{
    size_t bytes = (size_t)rgba->width * PIXEL;
    memset(e->above, 0, bytes + PIXEL);
    memset(e->line, 0, PIXEL);
    e->filtered[0] = PAETH;
    for (unsigned y = 0; y < rgba->height; y++) {
        take_line(e, rgba->data + (size_t)y * rgba->width * 4, rgba->width);
        filter(e->filtered + 1, e->line, e->above, bytes);
        e->z.next_in = e->filtered;
        e->z.avail_in = (unsigned)bytes + 1;
        deflate(&e->z, y + 1 == rgba->height ? Z_FINISH : Z_NO_FLUSH);
        uint8_t *line = e->line;
        e->line = e->above;
        e->above = line;
    }
}

/* All pixels in one chunk, whose length is known at its end. */
static void add_pixels(struct pngenc *e, struct bytes *to, const struct frame *rgba)
{
    size_t bytes = ((size_t)rgba->width * PIXEL + 1) * rgba->height;
    deflateReset(&e->z);
    size_t most = deflateBound(&e->z, bytes);
    if (!bytes_reserve(to, most + CHUNK_BYTES)) {
        return;
    }
    struct bytes length = {.at = to->at + to->len, .cap = sizeof(uint32_t)};
    to->len += length.cap;
    size_t name = to->len;
    bytes_text(to, "IDAT");
    e->z.next_out = to->at + to->len;
    e->z.avail_out = (unsigned)most;
    deflate_lines(e, rgba);
    to->len = (size_t)(e->z.next_out - to->at);
    add_u32(&length, (uint32_t)e->z.total_out);
    end_chunk(to, name);
}

int pngenc_add(struct pngenc *e, struct bytes *to, const struct frame *rgba)
{
    if (rgba->format != FRAME_RGBA || !rgba->width || !rgba->height) {
        return -EINVAL;
    }
    if (make_room(e, rgba->width) < 0) {
        to->failed = true;
        return -ENOMEM;
    }
    add_header(to, rgba->width, rgba->height);
    add_pixels(e, to, rgba);
    bytes_add(to, "\0\0\0\0IEND\xae\x42\x60\x82", CHUNK_BYTES);
    return to->failed ? -ENOMEM : 0;
}
