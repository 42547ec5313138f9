/* SPDX-License-Identifier: MIT */
#ifndef TUI_STRIPS_H
#define TUI_STRIPS_H

#include "tui/bytes.h"
#include "tui/cell.h"

/* A picture as bytes for a terminal that shows pixels: in strips, each some rows of cells high and
 * complete in itself, so that only those are sent that have changed. What cannot be sent in parts
 * is one strip. From the worker that makes them to the screen they are merged, newest wins: what
 * was never sent of one picture is not lost when the next has only changed elsewhere. */
struct strip {
    struct bytes bytes;  /* whole sequences, to be written with the cursor at the first cell */
    bool fresh;          /* newer than what was handed on */
    unsigned piece_cols; /* each sequence has that many columns of it; 0: one has all */
    unsigned piece;      /* sequences of it that were sent … */
    size_t sent;         /* … and their bytes */
};

struct strips {
    struct picture_spec spec;
    unsigned x, y, cols, rows; /* cells of the picture inside the spec's */
    unsigned strip_rows;       /* of all but the last */
    unsigned id;               /* kitty's number of the picture */
    unsigned n, cap;
    struct strip *strip;
};

void strips_fini(struct strips *s);

/* Whether they cover the same cells in the same way. */
bool strips_alike(const struct strips *a, const struct strips *b);

/* Takes the shape (all of it but the strips themselves), with nothing fresh. 0 or -ENOMEM. */
int strips_shape(struct strips *s, const struct strips *shape);

bool strips_any(const struct strips *s); /* is any fresh? */
void strip_again(struct strip *s);       /* all of it is, if it was made */
void strips_all(struct strips *s);

/* Moves what is fresh over, in exchange for old room; of another shape, everything. True when the
 * shape has changed. */
bool strips_move(struct strips *to, struct strips *from);

#endif
