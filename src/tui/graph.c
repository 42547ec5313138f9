/* SPDX-License-Identifier: MIT */
#include "tui/graph.h"

#include <math.h>
#include <stdint.h>

double graph_scale(const float *value, size_t n, double least)
{
    double most = least;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(value[i]) && value[i] > most) {
            most = value[i];
        }
    }
    double step = pow(10, floor(log10(most)));
    static const double round_up[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    for (unsigned i = 0; i < sizeof round_up / sizeof round_up[0]; i++) {
        if (most <= round_up[i] * step * 1.0001) {
            return round_up[i] * step;
        }
    }
    return most;
}

/* Height in steps of the column that is `back` columns from the right; -1: nothing known. */
static int column_height(const float *value, size_t n, size_t back, int steps, double scale)
{
    if (back >= n || isnan(value[n - 1 - back])) {
        return -1;
    }
    double part = value[n - 1 - back] / scale;
    long h = lround((part < 0 ? 0 : part > 1 ? 1 : part) * steps);
    return h < 1 ? 1 : (int)h;
}

/* Dots of one column of a braille cell, filled from below; row 0 is the topmost. */
static uint32_t braille_column(int filled, bool right)
{
    static const uint32_t dots[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
    uint32_t bits = 0;
    for (int i = 0; i < 4 && i < filled; i++) {
        bits |= dots[right][i];
    }
    return bits;
}

static void draw_braille(struct box b, enum role role, const float *value, size_t n, double scale)
{
    for (int x = 0; x < b.w; x++) {
        size_t back = (size_t)(b.w - 1 - x) * 2;
        int left = column_height(value, n, back + 1, b.h * 4, scale);
        int right = column_height(value, n, back, b.h * 4, scale);
        for (int y = 0; y < b.h; y++) {
            int under = (b.h - 1 - y) * 4;
            uint32_t bits =
                braille_column(left - under, false) | braille_column(right - under, true);
            if (bits) {
                draw_glyph(b.y + y, b.x + x, role, 0x2800 + bits);
            }
        }
    }
}

static void draw_ascii_columns(struct box b, enum role role, const float *value, size_t n,
                               double scale)
{
    for (int x = 0; x < b.w; x++) {
        int h = column_height(value, n, (size_t)(b.w - 1 - x), b.h * 2, scale);
        for (int y = 0; y < b.h; y++) {
            int over = h - (b.h - 1 - y) * 2;
            if (over > 0) {
                draw_glyph(b.y + y, b.x + x, role, over == 1 ? '.' : over == 2 ? ':' : '|');
            }
        }
    }
}

void graph_draw(struct box b, enum role role, const float *value, size_t n, double least)
{
    double scale = graph_scale(value, n, least);
    if (draw_is_ascii()) {
        draw_ascii_columns(b, role, value, n, scale);
    } else {
        draw_braille(b, role, value, n, scale);
    }
}
