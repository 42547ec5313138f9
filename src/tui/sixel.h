/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIXEL_H
#define TUI_SIXEL_H

#include "media/frame.h"
#include "tui/bytes.h"

/* Pictures as sixels (DEC STD 070, chapter 9): a fixed palette and an ordered dither that depends
 * on the place alone, so that a still picture comes out the same to the byte and a strip of it is
 * the same whichever others are sent with it. Pure. */
struct sixel; /* one a thread; keeps its tables and room */

enum { SIXEL_BAND = 6 }; /* pixels high */

/* For terminals with that many colour registers, of which at most 256 are used. Takes some 30 ms to
 * choose and mix its colours, see tui/sixel_palette.h. -EINVAL for fewer than 16, -ENOMEM. */
int sixel_new(unsigned registers, struct sixel **out);
void sixel_free(struct sixel *s);

/* The fewest rows of cells of that height in pixels that are whole bands: a picture is sent in
 * strips of so many, the last one as it comes. 1 … 6. */
unsigned sixel_strip_rows(unsigned cell_height);

/* Appends lines y0 … y0 + h - 1 of an RGBA picture as one DCS sequence: every pixel of them and
 * nothing beneath is drawn, at the cursor, which is undefined afterwards. Complete in itself: the
 * palette, as far as it is used, is in it. A terminal that scrolls does so when the strip reaches
 * below its last row, many also when it touches it. y0 is a multiple of SIXEL_BAND; lines behind
 * the end are left out. -EINVAL: no picture, none of its lines, or another y0; -ENOMEM: see
 * to->failed. */
int sixel_strip(struct sixel *s, struct bytes *to, const struct frame *rgba, unsigned y0,
                unsigned h);

#endif
