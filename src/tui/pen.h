/* SPDX-License-Identifier: MIT */
#ifndef TUI_PEN_H
#define TUI_PEN_H

#include <stdbool.h>

#include "tui/bytes.h"
#include "tui/cell.h"

/* Writes cells with the fewest bytes: the shortest way to a place, only attributes that change, a
 * colour near enough if the terminal already draws with it or if it has a shorter name, the
 * inverse of a block where that needs less, repeats. Pure. */

/* How far a colour that is sent may be from the one wanted, a channel; truecolor only. */
enum { PEN_SLOP = 3 };

struct pen {
    enum cell_colors colors;
    bool repeats; /* the terminal knows REP */
    int y, x;     /* where the next character goes; y -1: not known */
    uint32_t fg, bg;
    uint32_t last;  /* character just written with these colours, 0: none */
    unsigned again; /* how often it is still to be repeated */
};

/* The cursor is saved, attributes are as the terminal has them at rest. */
void pen_begin(struct pen *p, struct bytes *to, enum cell_colors colors, bool repeats);
void pen_end(struct pen *p, struct bytes *to);

/* Writes a cell; what is shown there now comes back: at most PEN_SLOP a channel from want. Moves
 * over cells it leaves alone. */
struct cell pen_cell(struct pen *p, struct bytes *to, int y, int x, const struct cell *want);

/* Bytes that cell would take next to what was written last. */
unsigned pen_cost(const struct pen *p, int x, const struct cell *want);
unsigned pen_move_cost(const struct pen *p, int y, int x);

/* Whether a and b are at most that far apart in each channel; colours of the palette: equal. */
bool pen_near(uint32_t a, uint32_t b, int most);

#endif
