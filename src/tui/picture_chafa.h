/* SPDX-License-Identifier: MIT */
#ifndef TUI_PICTURE_CHAFA_H
#define TUI_PICTURE_CHAFA_H

#include "media/frame.h"
#include "tui/cell.h"

/* Chafa behind one door. A canvas of one shape is kept; another shape is another canvas
 * (chafa_canvas_new_similar crashes in 1.12.4). One thread at a time. */
struct picture_chafa {
    void *canvas; /* ChafaCanvas */
    unsigned cols, rows;
    enum cell_colors colors;
    enum tui_symbols symbols;
};

void picture_chafa_fini(struct picture_chafa *c);

/* Draws an RGBA picture as cols x rows cells into cells at x0, y0. */
int picture_chafa_draw(struct picture_chafa *c, const struct frame *rgba, unsigned cols,
                       unsigned rows, struct cells *to, unsigned x0, unsigned y0);

#endif
