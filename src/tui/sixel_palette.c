/* SPDX-License-Identifier: MIT */
#include "tui/sixel_palette.h"

enum { THRESHOLDS = SIXEL_DITHER * SIXEL_DITHER };

static const struct {
    unsigned registers;
    uint8_t levels[3]; /* red, green, blue */
} cubes[] = {{216, {6, 6, 6}}, {64, {4, 4, 4}}, {16, {2, 4, 2}}};

/* Bayer's matrix: the bits of x ^ y and y interleaved, the lowest on top. */
static unsigned threshold(unsigned y, unsigned x)
{
    unsigned t = 0;
    for (unsigned bit = 1; bit < SIXEL_DITHER; bit *= 2) {
        t = t * 4 + ((x ^ y) & bit ? 2 : 0) + (y & bit ? 1 : 0);
    }
    return t;
}

/* The level below or above a value, which of them by how near it is and by the threshold. */
static unsigned level_of(unsigned value, unsigned levels, unsigned t)
{
    return (value * (levels - 1) * THRESHOLDS * 2 + (2 * t + 1) * 255) / (255 * THRESHOLDS * 2);
}

void sixel_palette_init(struct sixel_palette *p, unsigned registers)
{
    unsigned which = registers >= 216 ? 0 : registers >= 64 ? 1 : 2;
    const uint8_t *levels = cubes[which].levels;
    const unsigned weight[3] = {levels[1] * levels[2], levels[2], 1};
    p->colors = weight[0] * levels[0];
    for (unsigned i = 0; i < p->colors; i++) {
        for (unsigned c = 0; c < 3; c++) {
            unsigned steps = levels[c] - 1u;
            p->percent[i][c] = (uint8_t)((i / weight[c] % levels[c] * 200 + steps) / (2 * steps));
        }
    }
    for (unsigned i = 0; i < THRESHOLDS * 3 * 256; i++) {
        unsigned v = i % 256, c = i / 256 % 3, x = i / 768 % SIXEL_DITHER,
                 y = i / 768 / SIXEL_DITHER;
        p->part[y][x][c][v] = (uint8_t)(weight[c] * level_of(v, levels[c], threshold(y, x)));
    }
}

void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to)
{
    for (unsigned x = 0; x < width; x++, rgba += 4) {
        const uint8_t(*part)[256] = p->part[y % SIXEL_DITHER][x % SIXEL_DITHER];
        to[x] = (uint8_t)(part[0][rgba[0]] + part[1][rgba[1]] + part[2][rgba[2]]);
    }
}
