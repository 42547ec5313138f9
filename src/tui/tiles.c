/* SPDX-License-Identifier: MIT */
#include "tui/tiles.h"

#include <errno.h>
#include <string.h>

#include "util/alloc.h"

void tiles_fini(struct tiles *t)
{
    mem_free(t->pixels);
    mem_free(t->cell);
    *t = (struct tiles){0};
}

static bool same_shape(const struct tiles *t, const struct picture_spec *spec, unsigned cols,
                       unsigned rows, unsigned width, unsigned height)
{
    return t->cell && t->cols == cols && t->rows == rows && t->width == width &&
           t->height == height && t->spec.colors == spec->colors &&
           t->spec.symbols == spec->symbols && t->spec.ground == spec->ground;
}

int tiles_shape(struct tiles *t, const struct picture_spec *spec, unsigned cols, unsigned rows,
                unsigned width, unsigned height)
{
    if (same_shape(t, spec, cols, rows, width, height)) {
        return 0;
    }
    tiles_fini(t);
    t->pixels = mem_alloc((size_t)width * height * 4);
    t->cell = mem_zero((size_t)cols * rows, sizeof *t->cell);
    if (!t->pixels || !t->cell) {
        tiles_fini(t);
        return -ENOMEM;
    }
    t->spec = *spec;
    t->cols = cols;
    t->rows = rows;
    t->width = width;
    t->height = height;
    return 0;
}

static bool near(const uint8_t *a, const uint8_t *b, size_t len)
{
    if (!memcmp(a, b, len)) {
        return true;
    }
    for (size_t i = 0; i < len; i++) {
        int d = a[i] - b[i];
        if (d > TILES_TOLERANCE || d < -TILES_TOLERANCE) {
            return false;
        }
    }
    return true;
}

bool tiles_take(struct tiles *t, const struct frame *rgba, unsigned x, unsigned y, unsigned cols,
                unsigned rows)
{
    unsigned part_x = t->width / t->cols, part_y = t->height / t->rows;
    size_t stride = (size_t)t->width * 4, len = (size_t)cols * part_x * 4;
    size_t first = (size_t)y * part_y * stride + (size_t)x * part_x * 4;
    bool changed = !t->drawn;
    for (unsigned i = 0; i < rows * part_y && !changed; i++) {
        changed = !near(rgba->data + first + i * stride, t->pixels + first + i * stride, len);
    }
    for (unsigned i = 0; i < rows * part_y && changed; i++) {
        memcpy(t->pixels + first + i * stride, rgba->data + first + i * stride, len);
    }
    return changed;
}
