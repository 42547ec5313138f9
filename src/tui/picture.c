/* SPDX-License-Identifier: MIT */
#include "tui/picture.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "media/mjpeg_dec.h"
#include "media/mjpeg_probe.h"
#include "media/scale.h"
#include "tui/picture_chafa.h"
#include "util/alloc.h"
#include "util/err.h"

struct picture {
    struct mjpeg_dec *decoder;
    struct frame_pool *pool;
    struct picture_chafa chafa;
};

int picture_new(struct picture **out)
{
    struct picture *p = mem_zero(1, sizeof *p);
    if (!p) {
        return -ENOMEM;
    }
    int err = mjpeg_dec_new(&p->decoder);
    if (!err) {
        err = frame_pool_new(2, &p->pool);
    }
    if (err) {
        picture_free(p);
        return err;
    }
    *out = p;
    return 0;
}

void picture_free(struct picture *p)
{
    if (p) {
        picture_chafa_fini(&p->chafa);
        mjpeg_dec_free(p->decoder);
        frame_pool_free(p->pool);
        mem_free(p);
    }
}

/* Pixels a cell can tell apart, across and down. */
static void cell_pixels(enum tui_symbols symbols, unsigned *x, unsigned *y)
{
    static const unsigned parts[TUI_SYMBOLSETS][2] = {
        [TUI_SYMBOLS_HALF] = {1, 2},    [TUI_SYMBOLS_QUAD] = {2, 2},
        [TUI_SYMBOLS_BLOCK] = {4, 8},   [TUI_SYMBOLS_SEXTANT] = {2, 3},
        [TUI_SYMBOLS_BRAILLE] = {2, 4}, [TUI_SYMBOLS_ASCII] = {4, 8},
    };
    *x = parts[symbols][0];
    *y = parts[symbols][1];
}

void picture_pixels(const struct picture_spec *spec, unsigned *width, unsigned *height)
{
    unsigned x = spec->cell_w, y = spec->cell_h;
    if (spec->form == PICTURE_CELLS) {
        cell_pixels(spec->symbols, &x, &y);
    }
    *width = spec->cols * x;
    *height = spec->rows * y;
}

void picture_fit(unsigned width, unsigned height, const struct picture_spec *spec, unsigned *cols,
                 unsigned *rows)
{
    double aspect = spec->cell_aspect > 0 ? spec->cell_aspect : 2;
    double across = (double)spec->cols / width;
    double down = spec->rows * aspect / height;
    double scale = across < down ? across : down;
    unsigned c = (unsigned)lround(width * scale);
    unsigned r = (unsigned)lround(height * scale / aspect);
    *cols = c < 1 ? 1 : c > spec->cols ? spec->cols : c;
    *rows = r < 1 ? 1 : r > spec->rows ? spec->rows : r;
}

/* The largest reduction while decoding that leaves at least the pixels wanted. */
static unsigned decode_scale(unsigned width, unsigned height, unsigned want_w, unsigned want_h)
{
    unsigned scale = 8;
    while (scale > 1 && (width / scale < want_w || height / scale < want_h)) {
        scale /= 2;
    }
    return scale;
}

static uint32_t pixel(const struct frame *f, unsigned x, unsigned y)
{
    const uint8_t *p = f->data + ((size_t)y * f->width + x) * 4;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void draw_halves(const struct frame *f, struct cells *to, unsigned x0, unsigned y0)
{
    for (unsigned y = 0; y + 1 < f->height; y += 2) {
        struct cell *row = to->at + (size_t)(y0 + y / 2) * to->spec.cols + x0;
        for (unsigned x = 0; x < f->width; x++) {
            row[x] = (struct cell){0x2580, pixel(f, x, y), pixel(f, x, y + 1)};
        }
    }
}

static void fill_ground(struct cells *to)
{
    size_t n = (size_t)to->spec.cols * to->spec.rows;
    for (size_t i = 0; i < n; i++) {
        to->at[i] = (struct cell){' ', to->spec.ground, to->spec.ground};
    }
}

/* With symbols that chafa chooses. */
static int draw_symbols(struct picture *p, const struct frame *f, struct tiles *tiles,
                        unsigned cols, unsigned rows, struct cells *to, unsigned x0, unsigned y0)
{
    int err = tiles_shape(tiles, &to->spec, cols, rows, f->width, f->height);
    if (err || (err = picture_chafa_draw(&p->chafa, f, tiles)) < 0) {
        return err;
    }
    for (unsigned y = 0; y < rows; y++) {
        memcpy(to->at + (size_t)(y0 + y) * to->spec.cols + x0, tiles->cell + (size_t)y * cols,
               cols * sizeof *to->at);
    }
    return 0;
}

static int pixels_for(struct picture *p, const struct frame *jpeg, enum frame_format format,
                      unsigned width, unsigned height, struct frame **out)
{
    struct mjpeg_info info;
    struct frame *whole = NULL;
    if (mjpeg_probe(jpeg->data, jpeg->len, &info)) {
        return ERR_FORMAT;
    }
    int err =
        mjpeg_dec_frame(p->decoder, jpeg->data, jpeg->len, format,
                        decode_scale(info.width, info.height, width, height), p->pool, &whole);
    if (!err) {
        err = format == FRAME_RGBA ? scale_rgba(whole, width, height, p->pool, out)
                                   : scale_i420(whole, width, height, p->pool, out);
    }
    frame_unref(&whole);
    return err;
}

int picture_pixels_rgba(struct picture *p, const struct frame *jpeg, unsigned width,
                        unsigned height, struct frame **out)
{
    return pixels_for(p, jpeg, FRAME_RGBA, width, height, out);
}

int picture_planes(struct picture *p, const struct frame *jpeg, unsigned width, unsigned height,
                   struct frame **out)
{
    return pixels_for(p, jpeg, FRAME_I420, width, height, out);
}

int picture_render(struct picture *p, const struct frame *jpeg, struct tiles *tiles,
                   struct cells *to)
{
    struct mjpeg_info info;
    struct frame *fit = NULL;
    unsigned cols, rows, part_x, part_y;
    bool halves = to->spec.symbols == TUI_SYMBOLS_HALF && to->spec.colors != CELL_MONO;
    int err = mjpeg_probe(jpeg->data, jpeg->len, &info);
    if (err || !info.width || !info.height) {
        return ERR_FORMAT;
    }
    picture_fit(info.width, info.height, &to->spec, &cols, &rows);
    cell_pixels(to->spec.symbols, &part_x, &part_y);
    err = picture_pixels_rgba(p, jpeg, cols * part_x, rows * part_y, &fit);
    if (!err) {
        unsigned x0 = (to->spec.cols - cols) / 2, y0 = (to->spec.rows - rows) / 2;
        fill_ground(to);
        if (halves) {
            draw_halves(fit, to, x0, y0);
        } else {
            err = draw_symbols(p, fit, tiles, cols, rows, to, x0, y0);
        }
    }
    frame_unref(&fit);
    return err;
}
