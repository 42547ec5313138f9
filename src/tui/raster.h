/* SPDX-License-Identifier: MIT */
#ifndef TUI_RASTER_H
#define TUI_RASTER_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/bytes.h"
#include "tui/cell.h"
#include "tui/draw.h"

/* A picture's place on the screen: what is shown there and what should be. Only the difference is
 * sent. A colour counts as the same while it is within a tolerance of the one *shown* (not of the
 * last one wanted): noise is not redrawn, and drift never goes further than the tolerance. Every
 * so often a row is compared more strictly, which repairs most of that. Pure: bytes out, no
 * terminal. */

enum { RASTER_TOLERANCE = 8, RASTER_REFRESH_EVERY = 8 };

struct raster {
    struct box box; /* cells of the screen; as large as spec */
    struct picture_spec spec;
    struct cell *want, *shown;
    size_t cap;
    bool filled;   /* want holds a picture */
    int row;       /* where the next slice goes on, round and round */
    int left;      /* rows that are still to be looked at */
    int exact_row; /* compared exactly in this picture; -1: none */
    int next_exact;
    unsigned pictures; /* set so far */
};

void raster_init(struct raster *r);
void raster_fini(struct raster *r);

/* Takes another place or shape; nothing is known to be shown there. 0 or -ENOMEM. */
int raster_place(struct raster *r, struct box box, const struct picture_spec *spec);
bool raster_fits(const struct raster *r, struct box box, const struct picture_spec *spec);

/* The screen beneath was drawn over (b: where): it must all be sent again. */
void raster_dirty(struct raster *r, struct box b);

/* Shows nothing but the ground. */
void raster_blank(struct raster *r);

/* The newest picture; cells of another shape are ignored. Copies. */
void raster_set(struct raster *r, const struct cells *c);

/* What a slice must know of the screen. */
struct raster_screen {
    int cols, rows; /* its last cell is never written: the terminal would scroll */
    const struct box *mask;
    size_t masks; /* what lies over the picture */
    bool repeats; /* the terminal knows REP */
};

/* Appends up to about `most` bytes, in whole rows, of what differs. True if there is more. The
 * bytes save and restore the cursor. */
bool raster_slice(struct raster *r, struct bytes *to, size_t most,
                  const struct raster_screen *screen);

#endif
