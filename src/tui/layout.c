/* SPDX-License-Identifier: MIT */
#include "tui/layout.h"

static unsigned clamp(unsigned v, unsigned least, unsigned most)
{
    return v < least ? least : v > most ? most : v;
}

/* Area of the picture in a panel of w x h cells with border and two lines of figures. */
static double picture_area(double w, double h, double cell_aspect)
{
    double across = w - 2, down = (h - 4) * cell_aspect;
    if (across <= 0 || down <= 0) {
        return 0;
    }
    double scale = across / 4 < down / 3 ? across / 4 : down / 3;
    return scale * scale * 12;
}

static unsigned at_least_one(int v)
{
    return v < 1 ? 1 : (unsigned)v;
}

struct layout layout_grid(struct box area, unsigned n, unsigned columns_wanted, double cell_aspect)
{
    unsigned most_columns = clamp(at_least_one(area.w / LAYOUT_PANEL_COLS), 1, LAYOUT_PANELS_MAX);
    unsigned most_rows = at_least_one(area.h / LAYOUT_PANEL_ROWS);
    struct layout best = {.area = area, .columns = 1, .rows = 1};
    double best_area = -1;
    unsigned want = n ? n : 1;
    unsigned from = columns_wanted ? clamp(columns_wanted, 1, most_columns) : 1;
    unsigned to = columns_wanted ? from : most_columns;
    for (unsigned columns = from; columns <= to; columns++) {
        unsigned room = clamp(LAYOUT_PANELS_MAX / columns, 1, most_rows);
        unsigned rows = clamp((want + columns - 1) / columns, 1, room);
        unsigned fit = columns * rows < want ? columns * rows : want;
        double each = picture_area((double)area.w / columns, (double)area.h / rows, cell_aspect);
        double all = each * fit; /* all pictures of the first page together */
        if (fit < want) {
            all *= (double)fit / want; /* pages are worse than smaller pictures */
        }
        if (all > best_area) {
            best_area = all;
            best.columns = columns;
            best.rows = rows;
        }
    }
    unsigned page = layout_page_size(&best);
    best.pages = (want + page - 1) / page;
    return best;
}

unsigned layout_page_size(const struct layout *l)
{
    return l->columns * l->rows;
}

struct box layout_panel(const struct layout *l, unsigned i)
{
    int column = (int)(i % l->columns), row = (int)(i / l->columns);
    int columns = (int)l->columns, rows = (int)l->rows;
    int x0 = l->area.w * column / columns, x1 = l->area.w * (column + 1) / columns;
    int y0 = l->area.h * row / rows, y1 = l->area.h * (row + 1) / rows;
    return (struct box){l->area.y + y0, l->area.x + x0, y1 - y0, x1 - x0};
}
