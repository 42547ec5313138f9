/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_PALETTE_H
#define TUI_SIXEL_PALETTE_H

#include <stdint.h>

/* A fixed palette and the ordered dither that maps pixels to it. Colours are told apart as
 * brightness and tint (Y, Cb, Cr): most registers go to many steps of brightness in few and mostly
 * weak tints, as cameras see them, the rest to vivid colours. What is dithered alternates from line
 * to line only: the eye hardly sees it at these steps, and lines of sixels stay alike (half the
 * bytes of a pattern in both directions, and of a cube of colours). */
enum {
    SIXEL_PHASES = 4, /* lines until the dither repeats */
    SIXEL_LUMAS = 32,
    SIXEL_TINTS = 8,
};

struct sixel_palette {
    unsigned colors;
    uint8_t percent[256][3]; /* red, green, blue, as a sixel colour is defined */
    /* A value's step in each line, and what colour a step of each makes. */
    uint8_t luma[SIXEL_PHASES][256];
    uint8_t tint[SIXEL_PHASES][256]; /* of Cb or Cr plus 128 */
    uint8_t color[SIXEL_LUMAS][SIXEL_TINTS][SIXEL_TINTS];
};

/* A palette for so many registers, at least 16; more than 256 are not used. */
void sixel_palette_init(struct sixel_palette *p, unsigned registers);

/* The colours of a line of pixels, RGBA, y lines below the top of the picture. */
void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to);

#endif
