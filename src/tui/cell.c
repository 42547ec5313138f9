/* SPDX-License-Identifier: MIT */
#include "tui/cell.h"

static unsigned channel(uint32_t rgb, int shift)
{
    return rgb >> shift & 0xff;
}

static unsigned distance(uint32_t a, uint32_t b)
{
    int dr = (int)channel(a, 16) - (int)channel(b, 16);
    int dg = (int)channel(a, 8) - (int)channel(b, 8);
    int db = (int)channel(a, 0) - (int)channel(b, 0);
    return (unsigned)(2 * dr * dr + 4 * dg * dg + 3 * db * db);
}

static unsigned cube_level(unsigned v)
{
    return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static uint32_t cube_value(unsigned level)
{
    return level ? 55 + 40 * level : 0;
}

unsigned cell_index_256(uint32_t rgb)
{
    unsigned r = cube_level(channel(rgb, 16));
    unsigned g = cube_level(channel(rgb, 8));
    unsigned b = cube_level(channel(rgb, 0));
    uint32_t cube = cube_value(r) << 16 | cube_value(g) << 8 | cube_value(b);
    unsigned mean = (channel(rgb, 16) + channel(rgb, 8) + channel(rgb, 0)) / 3;
    unsigned grey = mean < 3 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
    uint32_t value = 8 + 10 * grey;
    uint32_t grey_rgb = value << 16 | value << 8 | value;
    return distance(rgb, grey_rgb) < distance(rgb, cube) ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

unsigned cell_index_16(uint32_t rgb, unsigned colors)
{
    static const uint32_t palette[16] = {0x000000, 0xaa0000, 0x00aa00, 0xaa7700, 0x0000aa, 0xaa00aa,
                                         0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
                                         0x5555ff, 0xff55ff, 0x55ffff, 0xffffff};
    unsigned best = 0, least = distance(rgb, palette[0]);
    for (unsigned i = 1; i < colors; i++) {
        unsigned d = distance(rgb, palette[i]);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

uint32_t cell_palette_256(unsigned index)
{
    if (index >= 232) {
        return (8 + 10 * (index - 232)) * 0x010101u;
    }
    index -= 16;
    return cube_value(index / 36) << 16 | cube_value(index / 6 % 6) << 8 | cube_value(index % 6);
}

/* Ordered dither: few colours look like more. */
static uint32_t dithered(uint32_t rgb, int y, int x)
{
    static const int bayer[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    int add = (bayer[y & 3][x & 3] - 7) * 5;
    uint32_t out = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int v = (int)(rgb >> shift & 0xff) + add;
        out |= (uint32_t)(v < 0 ? 0 : v > 255 ? 255 : v) << shift;
    }
    return out;
}

unsigned cell_index(uint32_t rgb, enum cell_colors colors, int y, int x)
{
    return colors == CELL_256 ? cell_index_256(rgb)
                              : cell_index_16(dithered(rgb, y, x), colors == CELL_16 ? 16 : 8);
}

bool picture_spec_equal(const struct picture_spec *a, const struct picture_spec *b)
{
    return a->cols == b->cols && a->rows == b->rows && a->form == b->form &&
           a->colors == b->colors && a->symbols == b->symbols && a->cell_aspect == b->cell_aspect &&
           a->ground == b->ground && a->cell_w == b->cell_w && a->cell_h == b->cell_h &&
           a->registers == b->registers && a->width_most == b->width_most;
}
