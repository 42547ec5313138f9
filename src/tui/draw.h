/* SPDX-License-Identifier: MIT */
#ifndef TUI_DRAW_H
#define TUI_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/theme.h"

/* Drawing on the screen in cells, clipped, with characters of any width. Text is UTF-8; what
 * cannot be shown becomes '?'. Nothing allocates. UI thread. */

struct box {
    int y, x, h, w;
};

bool box_equal(struct box a, struct box b);
bool box_empty(struct box b);
bool box_has(struct box b, int y, int x);
bool box_touch(struct box a, struct box b); /* they have a cell in common */
struct box box_inner(struct box b);         /* without its border */
struct box box_center(struct box in, int h, int w);

/* Lines and signs in ASCII from now on, or not. */
void draw_ascii(bool ascii);
bool draw_is_ascii(void);

void draw_fill(struct box b, enum role role);

/* At most w columns from x; longer text ends in an ellipsis. Returns the columns used. */
int draw_text(int y, int x, int w, enum role role, const char *text);
int draw_printf(int y, int x, int w, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Ends before column right; never left of left. Returns the column where it begins. */
int draw_right(int y, int left, int right, enum role role, const char *text);
void draw_centered(int y, int x, int w, enum role role, const char *text);

/* In lines broken at blanks, at most b.h of them; returns how many were used. A dry run counts. */
int draw_wrapped(struct box b, enum role role, const char *text, bool centered, bool dry);

/* A border; heavy ones look different without colours, too. */
void draw_border(struct box b, enum role role, bool heavy);
void draw_glyph(int y, int x, enum role role, uint32_t cp);
void draw_across(int y, int x, int w, enum role role);

/* What lies under a picture. */
void draw_sentinel(struct box b);

#endif
