/* SPDX-License-Identifier: MIT */
#ifndef TUI_PICTURE_CHAFA_H
#define TUI_PICTURE_CHAFA_H

#include "media/frame.h"
#include "tui/cell.h"
#include "tui/tiles.h"

/* Chafa behind one door. Tiles have few shapes; each has a canvas that is kept
 * (chafa_canvas_new_similar crashes in 1.12.4). One thread at a time. */
enum { PICTURE_CHAFA_SHAPES = 4 };

struct picture_chafa {
    struct picture_chafa_shape {
        void *canvas; /* ChafaCanvas */
        unsigned cols, rows;
    } shape[PICTURE_CHAFA_SHAPES];
    unsigned next; /* shape that another one replaces */
    enum cell_colors colors;
    enum tui_symbols symbols;
};

void picture_chafa_fini(struct picture_chafa *c);

/* Draws those tiles of a picture anew, into the tiles' cells, whose pixels have changed; returns
 * how many, or -ENOMEM. */
int picture_chafa_draw(struct picture_chafa *c, const struct frame *rgba, struct tiles *to);

#endif
