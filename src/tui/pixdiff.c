/* SPDX-License-Identifier: MIT */
#include "tui/pixdiff.h"

#include <stdlib.h>
#include <string.h>

/* Sums over a block, a channel. */
struct sums {
    int off[3], apart[3];
    int pixels;
};

static void add_line(struct sums *s, const uint8_t *a, const uint8_t *b, unsigned w)
{
    for (unsigned x = 0; x < w; x++) {
        for (int c = 0; c < 3; c++) {
            int d = a[x * 4 + c] - b[x * 4 + c];
            s->off[c] += d;
            s->apart[c] += abs(d);
        }
    }
    s->pixels += (int)w;
}

static bool block_differs(const struct frame *a, const struct frame *b, unsigned x, unsigned y,
                          unsigned w, unsigned h)
{
    struct sums s = {0};
    for (unsigned i = 0; i < h; i++) {
        size_t at = ((size_t)(y + i) * a->width + x) * 4;
        add_line(&s, a->data + at, b->data + at, w);
    }
    for (int c = 0; c < 3; c++) {
        if (abs(s.off[c]) > PIXDIFF_MEAN * s.pixels || s.apart[c] > PIXDIFF_PIXEL * s.pixels) {
            return true;
        }
    }
    return false;
}

bool pixdiff_lines(const struct frame *a, const struct frame *b, unsigned y0, unsigned h)
{
    unsigned end = y0 + h < a->height ? y0 + h : a->height;
    for (unsigned y = y0; y < end; y += PIXDIFF_BLOCK) {
        unsigned bh = end - y < PIXDIFF_BLOCK ? end - y : PIXDIFF_BLOCK;
        size_t from = (size_t)y * a->width * 4;
        if (!memcmp(a->data + from, b->data + from, (size_t)bh * a->width * 4)) {
            continue;
        }
        for (unsigned x = 0; x < a->width; x += PIXDIFF_BLOCK) {
            unsigned bw = a->width - x < PIXDIFF_BLOCK ? a->width - x : PIXDIFF_BLOCK;
            if (block_differs(a, b, x, y, bw, bh)) {
                return true;
            }
        }
    }
    return false;
}
