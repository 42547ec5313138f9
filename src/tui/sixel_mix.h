/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_MIX_H
#define TUI_SIXEL_MIX_H

#include <stdint.h>

/* Which colours of a palette make another one by alternating from line to line. The palette has
 * steps of brightness, and tints on rings about grey. Pure. */
enum { SIXEL_MIX_LINES = 4, SIXEL_MIX_LUMAS = 32, SIXEL_MIX_RINGS = 3 };

struct sixel_color {
    float y, cb, cr; /* 0 … 255, -128 … 127 */
};

struct sixel_mixer {
    unsigned colors;
    struct sixel_color color[256];
    unsigned lumas; /* steps from black to white */
    unsigned rings;
    uint8_t ring[SIXEL_MIX_RINGS]; /* distances from grey, growing */
    /* The nearest colour to each step of brightness, Cb and Cr. */
    uint8_t step[SIXEL_MIX_LUMAS][2 * SIXEL_MIX_RINGS + 1][2 * SIXEL_MIX_RINGS + 1];
};

/* Fills in the steps; all else is the caller's. */
void sixel_mix_prepare(struct sixel_mixer *m);

/* A color for each line. */
void sixel_mix(const struct sixel_mixer *m, struct sixel_color want,
               uint8_t lines[SIXEL_MIX_LINES]);

#endif
