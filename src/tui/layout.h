/* SPDX-License-Identifier: MIT */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/draw.h"

/* Where panels go. Pure. */
enum { LAYOUT_PANEL_COLS = 26, LAYOUT_PANEL_ROWS = 9, LAYOUT_PANELS_MAX = 64 };

struct layout {
    struct box area;
    unsigned columns, rows; /* of panels on a page; both at least 1 */
    unsigned pages;         /* at least 1 */
};

/* The grid that gives n panels the largest pictures of shape 4:3 without making a panel smaller
 * than a useful size; what does not fit goes to further pages. columns_wanted 0: as is best. */
struct layout layout_grid(struct box area, unsigned n, unsigned columns_wanted, double cell_aspect);

unsigned layout_page_size(const struct layout *l);

/* Place of panel i of a page (i < page size). */
struct box layout_panel(const struct layout *l, unsigned i);

#endif
