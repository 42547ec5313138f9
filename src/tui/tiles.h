/* SPDX-License-Identifier: MIT */
#ifndef TUI_TILES_H
#define TUI_TILES_H

#include <stdbool.h>

#include "media/frame.h"
#include "tui/cell.h"

/* The picture drawn last and the pixels its cells were drawn from, so that only those tiles are
 * drawn again whose pixels have changed: choosing symbols is the costly part, and most of a scene
 * stands still. Pixels are compared with the ones drawn, not with the ones before, so that nothing
 * drifts away. One picture, one thread at a time. */
enum { TILES_COLS = 8, TILES_ROWS = 4, TILES_TOLERANCE = 6 };

struct tiles {
    struct picture_spec spec;
    unsigned cols, rows;    /* cells of the picture inside the spec's */
    unsigned width, height; /* pixels */
    uint8_t *pixels;        /* RGBA */
    struct cell *cell;      /* cols * rows */
    bool drawn;
};

void tiles_fini(struct tiles *t);

/* Ready for a picture of that shape; another shape than before forgets what was drawn. 0 or
 * -ENOMEM. */
int tiles_shape(struct tiles *t, const struct picture_spec *spec, unsigned cols, unsigned rows,
                unsigned width, unsigned height);

/* Whether the tile whose first cell is x, y (of cols x rows cells) must be drawn from these pixels;
 * if so, they are remembered as drawn. */
bool tiles_take(struct tiles *t, const struct frame *rgba, unsigned x, unsigned y, unsigned cols,
                unsigned rows);

#endif
