/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_PALETTE_H
#define TUI_SIXEL_PALETTE_H

#include <stdint.h>

/* A fixed palette of evenly spaced levels of red, green and blue, and the ordered dither that maps
 * pixels to it. All channels of a place have the same threshold, so that grey stays grey and a
 * place has few colours to choose from. */
enum { SIXEL_DITHER = 8 };

struct sixel_palette {
    unsigned colors;
    uint8_t percent[256][3]; /* as a sixel colour is defined */
    /* What a channel's value adds to the index of the colour, by the threshold's place. */
    uint8_t part[SIXEL_DITHER][SIXEL_DITHER][3][256];
};

/* The largest palette that fits in so many registers, at least 16. */
void sixel_palette_init(struct sixel_palette *p, unsigned registers);

/* The colours of a line of pixels, RGBA, y lines below the top of the picture. */
void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to);

#endif
