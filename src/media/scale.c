/* SPDX-License-Identifier: MIT */
/* Both directions are worked out beforehand as one tap a pixel of the result: which pixels of the
 * source it covers, and how much of the first and the last. Lengths are in 1/256 of a pixel. */
#include "media/scale.h"

#include <errno.h>
#include <string.h>

#include "util/alloc.h"

enum { ONE = 256, BLOCK = 16 };

struct tap {
    unsigned first, last; /* pixels of the source, both included */
    uint16_t head, tail;  /* weights of those two; all between weigh ONE */
    double inverse;       /* 1 / weight of all together */
};

/* A plane of interleaved channels. */
struct plane {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride;
    unsigned from_height, width, height, channels;
};

/* Nearest pixel when the result is larger, all covered pixels when it is smaller. */
static void taps_init(struct tap *taps, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < to; i++) {
        uint64_t begin = (uint64_t)i * from * ONE / to, end = (uint64_t)(i + 1) * from * ONE / to;
        struct tap t = {.first = (unsigned)(begin / ONE)};
        if (to >= from) {
            t.first = t.last = (unsigned)(((uint64_t)i * 2 + 1) * from / (2 * (uint64_t)to));
            t.head = ONE;
            t.inverse = 1.0 / ONE;
        } else {
            t.last = (unsigned)((end - 1) / ONE);
            t.head = t.last > t.first ? ONE - (unsigned)(begin % ONE) : (unsigned)(end - begin);
            t.tail = t.last > t.first ? (unsigned)((end - 1) % ONE) + 1 : 0;
            t.inverse = 1.0 / (double)(end - begin);
        }
        taps[i] = t;
    }
}

/* Adds one line of the source, with its weight, to the sums of its columns. Blocks of a constant
 * length, and products that fit 16 bits, let the compiler use vectors. */
static void add_line(uint32_t *restrict sums, const uint8_t *restrict line, size_t n,
                     uint16_t weight)
{
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            sums[i + k] += (uint16_t)(line[i + k] * weight);
    for (; i < n; i++)
        sums[i] += line[i] * weight;
}

static void sum_lines(const struct plane *p, const struct tap *down, size_t row_bytes,
                      uint32_t *sums)
{
    const uint8_t *line = p->from + down->first * p->from_stride;
    memset(sums, 0, row_bytes * sizeof *sums);
    add_line(sums, line, row_bytes, down->head);
    for (unsigned y = down->first + 1; y <= down->last; y++) {
        line += p->from_stride;
        add_line(sums, line, row_bytes, y == down->last ? down->tail : ONE);
    }
}

static void sum_columns(const struct plane *p, const struct tap *down, const struct tap *across,
                        const uint32_t *sums, uint8_t *to)
{
    for (unsigned x = 0; x < p->width; x++, across++) {
        double inverse = down->inverse * across->inverse;
        for (unsigned c = 0; c < p->channels; c++) {
            const uint32_t *s = sums + (size_t)across->first * p->channels + c;
            uint64_t sum = (uint64_t)*s * across->head;
            for (unsigned i = across->first + 1; i <= across->last; i++) {
                s += p->channels;
                sum += (uint64_t)*s * (i == across->last ? across->tail : ONE);
            }
            *to++ = (uint8_t)((double)sum * inverse + 0.5);
        }
    }
}

static int scale_plane(const struct plane *p, unsigned from_width)
{
    size_t row_bytes = (size_t)from_width * p->channels;
    struct tap *across = mem_zero((size_t)p->width + p->height, sizeof *across);
    uint32_t *sums = mem_zero(row_bytes, sizeof *sums);
    int r = across && sums ? 0 : -ENOMEM;
    if (r == 0) {
        struct tap *down = across + p->width;
        taps_init(across, from_width, p->width);
        taps_init(down, p->from_height, p->height);
        for (unsigned y = 0; y < p->height; y++) {
            sum_lines(p, &down[y], row_bytes, sums);
            sum_columns(p, &down[y], across, sums, p->to + (size_t)y * p->width * p->channels);
        }
    }
    mem_free(sums);
    mem_free(across);
    return r;
}

static int new_like(const struct frame *from, unsigned width, unsigned height, size_t bytes,
                    struct frame_pool *pool, struct frame **out)
{
    int r = frame_new(pool, bytes, out);
    if (r < 0)
        return r;
    struct frame *f = *out;
    f->len = bytes;
    frame_copy_facts(f, from);
    f->format = from->format;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    return 0;
}

static bool is_scalable(const struct frame *from, enum frame_format format, size_t bytes,
                        unsigned width, unsigned height)
{
    return from->format == format && from->width && from->height && from->len >= bytes && width &&
           height && width <= UINT16_MAX && height <= UINT16_MAX;
}

int scale_i420(const struct frame *from, unsigned width, unsigned height, struct frame_pool *pool,
               struct frame **out)
{
    struct frame *f;
    if (!is_scalable(from, FRAME_I420, frame_i420_bytes(from->width, from->height), width, height))
        return -EINVAL;
    int r = new_like(from, width, height, frame_i420_bytes(width, height), pool, &f);
    if (r < 0)
        return r;
    uint8_t *source[3], *to[3];
    int source_stride[3], stride[3];
    frame_i420_planes(from, source, source_stride);
    frame_i420_planes(f, to, stride);
    for (int i = 0; i < 3 && r == 0; i++) {
        struct plane p = {.from = source[i],
                          .to = to[i],
                          .from_stride = (size_t)source_stride[i],
                          .from_height = i ? (from->height + 1u) / 2 : from->height,
                          .width = (unsigned)stride[i],
                          .height = i ? (height + 1) / 2 : height,
                          .channels = 1};
        r = scale_plane(&p, (unsigned)source_stride[i]);
    }
    if (r < 0)
        frame_unref(&f);
    else
        *out = f;
    return r;
}

int scale_rgba(const struct frame *from, unsigned width, unsigned height, struct frame_pool *pool,
               struct frame **out)
{
    struct frame *f;
    if (!is_scalable(from, FRAME_RGBA, (size_t)from->width * from->height * 4, width, height))
        return -EINVAL;
    int r = new_like(from, width, height, (size_t)width * height * 4, pool, &f);
    if (r < 0)
        return r;
    struct plane p = {.from = from->data,
                      .to = f->data,
                      .from_stride = (size_t)from->width * 4,
                      .from_height = from->height,
                      .width = width,
                      .height = height,
                      .channels = 4};
    r = scale_plane(&p, from->width);
    if (r < 0)
        frame_unref(&f);
    else
        *out = f;
    return r;
}
