/* SPDX-License-Identifier: MIT */
#include "tui/picture_chafa.h"

#include <chafa.h>
#include <errno.h>
#include <pthread.h>

void picture_chafa_fini(struct picture_chafa *c)
{
    if (c->canvas) {
        chafa_canvas_unref(c->canvas);
        c->canvas = NULL;
    }
}

/* Each worker has its own canvas; chafa's own threads would only get in their way. */
static void one_thread(void)
{
    chafa_set_n_threads(1);
}

static ChafaSymbolTags symbol_tags(enum tui_symbols symbols)
{
    static const ChafaSymbolTags tags[TUI_SYMBOLSETS] = {
        [TUI_SYMBOLS_HALF] = CHAFA_SYMBOL_TAG_VHALF | CHAFA_SYMBOL_TAG_SPACE,
        [TUI_SYMBOLS_QUAD] = CHAFA_SYMBOL_TAG_QUAD | CHAFA_SYMBOL_TAG_HALF |
                             CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_SOLID,
        [TUI_SYMBOLS_BLOCK] = CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_SPACE,
        [TUI_SYMBOLS_SEXTANT] = CHAFA_SYMBOL_TAG_SEXTANT | CHAFA_SYMBOL_TAG_SPACE,
        [TUI_SYMBOLS_BRAILLE] = CHAFA_SYMBOL_TAG_BRAILLE,
        [TUI_SYMBOLS_ASCII] = CHAFA_SYMBOL_TAG_ASCII,
    };
    return tags[symbols];
}

static ChafaCanvasMode canvas_mode(enum cell_colors colors)
{
    static const ChafaCanvasMode modes[] = {
        [CELL_TRUECOLOR] = CHAFA_CANVAS_MODE_TRUECOLOR, [CELL_256] = CHAFA_CANVAS_MODE_TRUECOLOR,
        [CELL_16] = CHAFA_CANVAS_MODE_INDEXED_16,       [CELL_8] = CHAFA_CANVAS_MODE_INDEXED_8,
        [CELL_MONO] = CHAFA_CANVAS_MODE_FGBG,
    };
    return modes[colors];
}

static int make_canvas(struct picture_chafa *c, unsigned cols, unsigned rows,
                       const struct picture_spec *spec)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, one_thread);
    ChafaSymbolMap *map = chafa_symbol_map_new();
    chafa_symbol_map_add_by_tags(map, symbol_tags(spec->symbols));
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_canvas_config_set_geometry(config, (int)cols, (int)rows);
    chafa_canvas_config_set_canvas_mode(config, canvas_mode(spec->colors));
    chafa_canvas_config_set_symbol_map(config, map);
    chafa_canvas_config_set_dither_mode(config, CHAFA_DITHER_MODE_NONE);
    chafa_canvas_config_set_work_factor(config, 0.8f);
    c->canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(map);
    c->cols = cols;
    c->rows = rows;
    c->colors = spec->colors;
    c->symbols = spec->symbols;
    return c->canvas ? 0 : -ENOMEM;
}

static uint32_t raw_color(int c, const struct picture_spec *spec)
{
    bool few = spec->colors == CELL_16 || spec->colors == CELL_8;
    return c < 0 ? spec->ground : few ? CELL_PALETTE | (uint32_t)c : (uint32_t)c & 0xffffff;
}

static void read_cells(const struct picture_chafa *c, struct cells *to, unsigned x0, unsigned y0)
{
    for (unsigned y = 0; y < c->rows; y++) {
        struct cell *row = to->at + (size_t)(y0 + y) * to->spec.cols + x0;
        for (unsigned x = 0; x < c->cols; x++) {
            int fg = -1, bg = -1;
            row[x].ch = chafa_canvas_get_char_at(c->canvas, (int)x, (int)y);
            if (c->colors == CELL_MONO) {
                row[x].fg = row[x].bg = CELL_PLAIN; /* only the character means anything */
                continue;
            }
            chafa_canvas_get_raw_colors_at(c->canvas, (int)x, (int)y, &fg, &bg);
            row[x].fg = raw_color(fg, &to->spec);
            row[x].bg = raw_color(bg, &to->spec);
        }
    }
}

int picture_chafa_draw(struct picture_chafa *c, const struct frame *rgba, unsigned cols,
                       unsigned rows, struct cells *to, unsigned x0, unsigned y0)
{
    if (!c->canvas || c->cols != cols || c->rows != rows || c->colors != to->spec.colors ||
        c->symbols != to->spec.symbols) {
        picture_chafa_fini(c);
        int err = make_canvas(c, cols, rows, &to->spec);
        if (err) {
            return err;
        }
    }
    chafa_canvas_draw_all_pixels(c->canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED, rgba->data, rgba->width,
                                 rgba->height, rgba->width * 4);
    read_cells(c, to, x0, y0);
    return 0;
}
