/* SPDX-License-Identifier: MIT */
#include "tui/sixel_palette.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { CENTRE = 128, HALF = CENTRE * 256 + 128, GAMUT_SLACK = 8, LUMA_WEIGHT = 2 };

/* Tints lie on rings about grey: at each distance the four along the axes of Cb and Cr, and the
 * four between them. */
static const struct plan {
    unsigned registers;
    unsigned rings, filled; /* the outer ones only tell where vivid colours begin */
    uint8_t ring[3];        /* distances, growing */
    bool between;
    unsigned vivid; /* steps of brightness of the six pure hues */
} plans[] = {
    {160, 3, 3, {20, 64, 120}, true, 3},
    {40, 2, 1, {48, 115}, false, 2},
    {0, 1, 0, {100}, false, 1},
};

struct ycc {
    double y, cb, cr;
};

static double ring_at(const struct plan *plan, int ring)
{
    return ring < 0 ? -plan->ring[-ring - 1] : ring ? plan->ring[ring - 1] : 0;
}

static double luma_at(unsigned lumas, unsigned luma)
{
    return 255.0 * luma / (lumas - 1);
}

static struct ycc to_ycc(const uint8_t percent[3])
{
    double r = percent[0] * 2.55, g = percent[1] * 2.55, b = percent[2] * 2.55;
    double y = 0.299 * r + 0.587 * g + 0.114 * b;
    return (struct ycc){y, (b - y) / 1.772, (r - y) / 1.402};
}

/* False where there is no such colour. */
static bool to_percent(struct ycc c, uint8_t percent[3])
{
    const double rgb[3] = {c.y + 1.402 * c.cr, c.y - 0.344 * c.cb - 0.714 * c.cr,
                           c.y + 1.772 * c.cb};
    for (int i = 0; i < 3; i++) {
        if (rgb[i] < -GAMUT_SLACK || rgb[i] > 255 + GAMUT_SLACK) {
            return false;
        }
        percent[i] = (uint8_t)lrint(fmin(fmax(rgb[i], 0), 255) / 2.55);
    }
    return true;
}

static void add_tint(struct sixel_palette *p, unsigned most, unsigned lumas, double cb, double cr)
{
    for (unsigned luma = 0; luma < lumas && p->colors < most; luma++) {
        p->colors += to_percent((struct ycc){luma_at(lumas, luma), cb, cr}, p->percent[p->colors]);
    }
}

/* The weakest tints first: they are used most, and low numbers are short. */
static void add_tints(struct sixel_palette *p, unsigned most, unsigned lumas,
                      const struct plan *plan)
{
    for (int ring = 0; ring <= (int)plan->filled; ring++) {
        for (int i = -1; i <= 1; i++) {
            for (int k = -1; k <= 1; k++) {
                if ((ring || (!i && !k)) && (!ring || i || k) && (plan->between || !i || !k)) {
                    add_tint(p, most, lumas, ring_at(plan, i * ring), ring_at(plan, k * ring));
                }
            }
        }
    }
}

static void add_vivid(struct sixel_palette *p, unsigned steps)
{
    for (unsigned hue = 1; hue < 7; hue++) {
        for (unsigned step = 1; step <= steps; step++) {
            for (unsigned i = 0; i < 3; i++) {
                p->percent[p->colors][i] = (uint8_t)(hue >> i & 1 ? 100 * step / steps : 0);
            }
            p->colors++;
        }
    }
}

static uint8_t nearest(const struct sixel_palette *p, struct ycc want)
{
    double least = INFINITY;
    unsigned best = 0;
    for (unsigned i = 0; i < p->colors; i++) {
        struct ycc c = to_ycc(p->percent[i]);
        double y = c.y - want.y, cb = c.cb - want.cb, cr = c.cr - want.cr;
        double far = LUMA_WEIGHT * y * y + cb * cb + cr * cr;
        if (far < least) {
            least = far;
            best = i;
        }
    }
    return (uint8_t)best;
}

static void map_steps(struct sixel_palette *p, const struct plan *plan, unsigned lumas)
{
    int rings = (int)plan->rings;
    for (unsigned luma = 0; luma < lumas; luma++) {
        for (int cb = -rings; cb <= rings; cb++) {
            for (int cr = -rings; cr <= rings; cr++) {
                struct ycc c = {luma_at(lumas, luma), ring_at(plan, cb), ring_at(plan, cr)};
                p->color[luma][cb + rings][cr + rings] = nearest(p, c);
            }
        }
    }
}

/* The step below or above a value, by how near they are and by the line. */
static void map_values(uint8_t map[SIXEL_PHASES][256], const double *steps, unsigned n)
{
    static const double threshold[SIXEL_PHASES] = {0.125, 0.625, 0.375, 0.875};
    for (int phase = 0; phase < SIXEL_PHASES; phase++) {
        for (unsigned v = 0, below = 0; v < 256; v++) {
            while (below + 2 < n && steps[below + 1] <= v) {
                below++;
            }
            double part = (v - steps[below]) / (steps[below + 1] - steps[below]);
            map[phase][v] = (uint8_t)(below + (part > threshold[phase]));
        }
    }
}

/* As many steps of brightness as there are registers for. */
static unsigned choose_colors(struct sixel_palette *p, const struct plan *plan, unsigned most)
{
    for (unsigned lumas = SIXEL_LUMAS;; lumas--) {
        p->colors = 0;
        add_tints(p, most, lumas, plan);
        if (p->colors + 6 * plan->vivid <= most && p->colors < most) {
            add_vivid(p, plan->vivid);
            return lumas;
        }
    }
}

void sixel_palette_init(struct sixel_palette *p, unsigned registers)
{
    const struct plan *plan = plans;
    double lumas[SIXEL_LUMAS], tints[SIXEL_TINTS];
    while (registers < plan->registers) {
        plan++;
    }
    unsigned n = choose_colors(p, plan, registers < 256 ? registers : 256);
    map_steps(p, plan, n);
    for (unsigned i = 0; i < n; i++) {
        lumas[i] = luma_at(n, i);
    }
    for (unsigned i = 0; i < 2 * plan->rings + 1; i++) {
        tints[i] = CENTRE + ring_at(plan, (int)i - (int)plan->rings);
    }
    map_values(p->luma, lumas, n);
    map_values(p->tint, tints, 2 * plan->rings + 1);
}

void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to)
{
    const uint8_t *luma = p->luma[y % SIXEL_PHASES], *tint = p->tint[y % SIXEL_PHASES];
    for (unsigned x = 0; x < width; x++, rgba += 4) {
        int l = (77 * rgba[0] + 150 * rgba[1] + 29 * rgba[2] + 128) >> 8;
        int cb = ((rgba[2] - l) * 144 + HALF) >> 8;
        int cr = ((rgba[0] - l) * 182 + HALF) >> 8;
        to[x] = p->color[luma[l]][tint[cb]][tint[cr]];
    }
}
