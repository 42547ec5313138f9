/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_PALETTE_H
#define TUI_SIXEL_PALETTE_H

#include <stdint.h>

#include "tui/sixel_mix.h"

/* A fixed palette and the ordered dither that maps pixels to it. Colours are told apart as
 * brightness and tint (Y, Cb, Cr): most registers go to many steps of brightness in few and mostly
 * weak tints, as cameras see them, the rest to vivid colours. Others are mixed from four, one a
 * line: they alternate from line to line only, which the eye hardly sees at these steps and which
 * keeps lines of sixels alike (half the bytes of a pattern in both directions). */
enum {
    SIXEL_LUMA_STEP = 3, /* of brightness: nearer colours are the same */
    SIXEL_LUMAS = 256 / SIXEL_LUMA_STEP + 1,
    SIXEL_TINTS = 31, /* steps of Cb and of Cr */
};

struct sixel_palette {
    unsigned colors;
    uint8_t percent[256][3]; /* red, green, blue, as a sixel colour is defined */
    uint8_t tint[256];       /* the step of a Cb or Cr, plus 128 */
    uint8_t color[SIXEL_MIX_LINES][SIXEL_LUMAS][SIXEL_TINTS][SIXEL_TINTS]; /* by line, Y, Cb, Cr */
};

/* A palette for so many registers, at least 16; more than 256 are not used. Takes some 30 ms. */
void sixel_palette_init(struct sixel_palette *p, unsigned registers);

/* The colours of a line of pixels, RGBA, y lines below the top of the picture. */
void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to);

#endif
