/* SPDX-License-Identifier: MIT */
#include "tui/picture_chafa.h"

#include <chafa.h>
#include <errno.h>
#include <pthread.h>

void picture_chafa_fini(struct picture_chafa *c)
{
    for (unsigned i = 0; i < PICTURE_CHAFA_SHAPES; i++) {
        if (c->shape[i].canvas) {
            chafa_canvas_unref(c->shape[i].canvas);
        }
        c->shape[i] = (struct picture_chafa_shape){0};
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

static ChafaCanvas *make_canvas(unsigned cols, unsigned rows, const struct picture_spec *spec)
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
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(map);
    return canvas;
}

static ChafaCanvas *canvas_for(struct picture_chafa *c, unsigned cols, unsigned rows,
                               const struct picture_spec *spec)
{
    if (c->colors != spec->colors || c->symbols != spec->symbols) {
        picture_chafa_fini(c);
        c->colors = spec->colors;
        c->symbols = spec->symbols;
    }
    for (unsigned i = 0; i < PICTURE_CHAFA_SHAPES; i++) {
        if (c->shape[i].canvas && c->shape[i].cols == cols && c->shape[i].rows == rows) {
            return c->shape[i].canvas;
        }
    }
    struct picture_chafa_shape *s = &c->shape[c->next++ % PICTURE_CHAFA_SHAPES];
    if (s->canvas) {
        chafa_canvas_unref(s->canvas);
    }
    *s = (struct picture_chafa_shape){make_canvas(cols, rows, spec), cols, rows};
    return s->canvas;
}

static uint32_t raw_color(int c, const struct picture_spec *spec)
{
    bool few = spec->colors == CELL_16 || spec->colors == CELL_8;
    return c < 0 ? spec->ground : few ? CELL_PALETTE | (uint32_t)c : (uint32_t)c & 0xffffff;
}

static struct cell read_cell(ChafaCanvas *canvas, int x, int y, const struct picture_spec *spec)
{
    struct cell c = {chafa_canvas_get_char_at(canvas, x, y), CELL_PLAIN, CELL_PLAIN};
    int fg = -1, bg = -1;
    if (spec->colors != CELL_MONO) { /* there only the character means anything */
        chafa_canvas_get_raw_colors_at(canvas, x, y, &fg, &bg);
        c.fg = raw_color(fg, spec);
        c.bg = raw_color(bg, spec);
    }
    return c;
}

static int draw_tile(struct picture_chafa *c, const struct frame *rgba, struct tiles *to,
                     unsigned x0, unsigned y0, unsigned cols, unsigned rows)
{
    unsigned part_x = to->width / to->cols, part_y = to->height / to->rows;
    ChafaCanvas *canvas = canvas_for(c, cols, rows, &to->spec);
    if (!canvas) {
        return -ENOMEM;
    }
    const uint8_t *pixels =
        rgba->data + ((size_t)y0 * part_y * rgba->width + (size_t)x0 * part_x) * 4;
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED, pixels,
                                 (int)(cols * part_x), (int)(rows * part_y), rgba->width * 4);
    for (unsigned y = 0; y < rows; y++) {
        for (unsigned x = 0; x < cols; x++) {
            to->cell[(size_t)(y0 + y) * to->cols + x0 + x] =
                read_cell(canvas, (int)x, (int)y, &to->spec);
        }
    }
    return 0;
}

int picture_chafa_draw(struct picture_chafa *c, const struct frame *rgba, struct tiles *to)
{
    int drawn = 0;
    for (unsigned y = 0; y < to->rows; y += TILES_ROWS) {
        unsigned rows = to->rows - y < TILES_ROWS ? to->rows - y : TILES_ROWS;
        for (unsigned x = 0; x < to->cols; x += TILES_COLS) {
            unsigned cols = to->cols - x < TILES_COLS ? to->cols - x : TILES_COLS;
            if (!tiles_take(to, rgba, x, y, cols, rows)) {
                continue;
            }
            int err = draw_tile(c, rgba, to, x, y, cols, rows);
            if (err) {
                to->drawn = false;
                return err;
            }
            drawn++;
        }
    }
    to->drawn = true;
    return drawn;
}
