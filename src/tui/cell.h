/* SPDX-License-Identifier: MIT */
#ifndef TUI_CELL_H
#define TUI_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/tui.h"

/* A picture as cells of text. Colours are 0xRRGGBB whatever the terminal can show, or CELL_PALETTE
 * and an index, or CELL_PLAIN where the cell has the terminal's own. */
#define CELL_PLAIN   0xffffffffu
#define CELL_PALETTE 0x01000000u

struct cell {
    uint32_t ch;
    uint32_t fg, bg;
};

/* How colours of a picture are told to the terminal. */
enum cell_colors { CELL_TRUECOLOR, CELL_256, CELL_16, CELL_8, CELL_MONO };

/* Nearest colours. 256: the 6x6x6 cube and the greys (the first 16 differ between terminals). */
unsigned cell_index_256(uint32_t rgb);
uint32_t cell_palette_256(unsigned index);             /* of an index from 16 on */
unsigned cell_index_16(uint32_t rgb, unsigned colors); /* colors 8 or 16 */

/* The index for a colour at a place, y and x in pixels: few colours are dithered. */
unsigned cell_index(uint32_t rgb, enum cell_colors colors, int y, int x);

enum picture_form { PICTURE_CELLS, PICTURE_KITTY, PICTURE_ITERM2, PICTURE_SIXEL };

/* What a picture becomes. Plain values; compared to see whether a slot must be set up anew. */
struct picture_spec {
    unsigned cols, rows;
    enum cell_colors colors;
    enum tui_symbols symbols;
    double cell_aspect; /* height of a cell by its width */
    uint32_t ground;    /* colour beside the picture */
    enum picture_form form;
    /* In forms of pixels: */
    unsigned cell_w, cell_h; /* pixels of a cell */
    unsigned registers;      /* of colour, for sixel */
    unsigned width_most;     /* pixels; 0: any */
};

bool picture_spec_equal(const struct picture_spec *a, const struct picture_spec *b);

/* Cells of one picture, row by row, cols * rows of them. */
struct cells {
    struct picture_spec spec;
    uint64_t stream;
    uint64_t arrival_us; /* of the frame: struct frame */
    uint32_t number;
    unsigned cap;
    struct cell *at;
};

#endif
