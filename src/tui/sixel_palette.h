/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_PALETTE_H
#define TUI_SIXEL_PALETTE_H

#include <stdint.h>

/* A fixed palette and the ordered dither that maps pixels to it. Colours are told apart as
 * brightness and tint (Y, Cb, Cr): most registers go to many steps of brightness in few and mostly
 * weak tints, as cameras see them, the rest to vivid colours. A colour that the palette lacks is
 * mixed from four that may be far apart, one a line: they alternate from line to line only, which
 * the eye hardly sees at these steps and which keeps lines of sixels alike (half the bytes of a
 * pattern in both directions). */
enum {
    SIXEL_PHASES = 4,    /* lines until the dither repeats */
    SIXEL_LUMA_STEP = 4, /* of brightness, and of Cb and Cr: nearer colours are the same */
    SIXEL_TINT_STEP = 8,
    SIXEL_LUMAS = 256 / SIXEL_LUMA_STEP + 1,
    SIXEL_TINTS = 256 / SIXEL_TINT_STEP + 1,
};

struct sixel_palette {
    unsigned colors;
    uint8_t percent[256][3]; /* red, green, blue, as a sixel colour is defined */
    uint8_t color[SIXEL_PHASES][SIXEL_LUMAS][SIXEL_TINTS][SIXEL_TINTS]; /* by line, Y, Cb, Cr */
};

/* A palette for so many registers, at least 16; more than 256 are not used. Takes some 50 ms. */
void sixel_palette_init(struct sixel_palette *p, unsigned registers);

/* The colours of a line of pixels, RGBA, y lines below the top of the picture. */
void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to);

#endif
