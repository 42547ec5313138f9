/* SPDX-License-Identifier: MIT */
#include "tui/sixel_palette.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    CENTRE = 128,
    HALF = CENTRE * 256 + 128,
    LUMAS_MOST = 32,
    COLOR_SLACK = 8, /* how far a channel of the palette may be cut */
    CELL_SLACK = 16, /* more than the middle of a step can be off any colour in it */
    LUMA_WEIGHT = 2,
};
/* What a line costs for being off itself, beside what it leaves to the others: nearer colours make
 * quieter pictures, in fewer bytes. */
static const float own_weight = 0.3F;

/* Tints lie on rings about grey: at each distance the four along the axes of Cb and Cr, and the
 * four between them. */
static const struct plan {
    unsigned registers;
    unsigned rings;
    uint8_t ring[3]; /* distances, growing */
    bool between;
    unsigned vivid; /* steps of brightness of the six pure hues */
} plans[] = {
    {160, 3, {20, 64, 120}, true, 3},
    {40, 1, {48}, false, 2},
    {0, 0, {0}, false, 1},
};

struct ycc {
    float y, cb, cr;
};

static struct ycc to_ycc(const uint8_t percent[3])
{
    float r = percent[0] * 2.55F, g = percent[1] * 2.55F, b = percent[2] * 2.55F;
    float y = 0.299F * r + 0.587F * g + 0.114F * b;
    return (struct ycc){y, (b - y) / 1.772F, (r - y) / 1.402F};
}

/* False where there is no such colour. */
static bool to_rgb(struct ycc c, float slack, float rgb[3])
{
    rgb[0] = c.y + 1.402F * c.cr;
    rgb[1] = c.y - 0.344F * c.cb - 0.714F * c.cr;
    rgb[2] = c.y + 1.772F * c.cb;
    for (int i = 0; i < 3; i++) {
        if (rgb[i] < -slack || rgb[i] > 255 + slack) {
            return false;
        }
        rgb[i] = fminf(fmaxf(rgb[i], 0), 255);
    }
    return true;
}

static void add_tint(struct sixel_palette *p, unsigned most, unsigned lumas, int cb, int cr)
{
    for (unsigned luma = 0; luma < lumas && p->colors < most; luma++) {
        const struct ycc c = {255.0F * luma / (lumas - 1), cb, cr};
        float rgb[3];
        if (to_rgb(c, COLOR_SLACK, rgb)) {
            uint8_t *percent = p->percent[p->colors++];
            for (int i = 0; i < 3; i++) {
                percent[i] = (uint8_t)lrintf(rgb[i] / 2.55F);
            }
        }
    }
}

/* The weakest tints first: they are used most, and low numbers are short. */
static void add_tints(struct sixel_palette *p, unsigned most, unsigned lumas,
                      const struct plan *plan)
{
    add_tint(p, most, lumas, 0, 0);
    for (unsigned i = 0; i < plan->rings * 9; i++) {
        int cb = (int)(i / 3 % 3) - 1, cr = (int)(i % 3) - 1, far = plan->ring[i / 9];
        if ((cb && cr) ? plan->between : cb || cr) {
            add_tint(p, most, lumas, cb * far, cr * far);
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

/* As many steps of brightness as there are registers for. */
static void choose_colors(struct sixel_palette *p, const struct plan *plan, unsigned most)
{
    for (unsigned lumas = LUMAS_MOST;; lumas--) {
        p->colors = 0;
        add_tints(p, most, lumas, plan);
        if (p->colors + 6 * plan->vivid <= most && p->colors < most) {
            add_vivid(p, plan->vivid);
            return;
        }
    }
}

static float square(struct ycc c)
{
    return LUMA_WEIGHT * c.y * c.y + c.cb * c.cb + c.cr * c.cr;
}

static struct ycc sum(struct ycc a, struct ycc b)
{
    return (struct ycc){a.y + b.y, a.cb + b.cb, a.cr + b.cr};
}

static struct ycc difference(struct ycc a, struct ycc b)
{
    return (struct ycc){a.y - b.y, a.cb - b.cb, a.cr - b.cr};
}

/* The colours whose average is nearest to `want`, as far as taking one after the other finds them.
 * The brightest comes first, so that colours beside each other have theirs in the same lines. */
static void mix(const struct ycc *all, unsigned colors, struct ycc want,
                uint8_t picks[SIXEL_PHASES])
{
    struct ycc off = {0};
    for (unsigned n = 0; n < SIXEL_PHASES; n++) {
        float least = INFINITY;
        unsigned best = 0, at = n;
        for (unsigned i = 0; i < colors; i++) {
            struct ycc own = difference(all[i], want);
            float cost = square(sum(off, own)) / (n + 1) + own_weight * square(own);
            if (cost < least) {
                least = cost;
                best = i;
            }
        }
        off = sum(off, difference(all[best], want));
        for (; at && all[best].y > all[picks[at - 1]].y; at--) {
            picks[at] = picks[at - 1];
        }
        picks[at] = (uint8_t)best;
    }
}

static void map_color(struct sixel_palette *p, const struct ycc *all, unsigned luma, unsigned cb,
                      unsigned cr)
{
    static const uint8_t line[SIXEL_PHASES] = {0, 2, 1, 3}; /* of the brightest, the next … */
    struct ycc want = {fminf((float)luma * SIXEL_LUMA_STEP, 255),
                       (float)cb * SIXEL_TINT_STEP - CENTRE, (float)cr * SIXEL_TINT_STEP - CENTRE};
    uint8_t picks[SIXEL_PHASES];
    float rgb[3];
    if (to_rgb(want, CELL_SLACK, rgb)) {
        mix(all, p->colors, want, picks);
        for (unsigned i = 0; i < SIXEL_PHASES; i++) {
            p->color[line[i]][luma][cb][cr] = picks[i];
        }
    }
}

void sixel_palette_init(struct sixel_palette *p, unsigned registers)
{
    const struct plan *plan = plans;
    struct ycc all[256];
    while (registers < plan->registers) {
        plan++;
    }
    memset(p, 0, sizeof *p);
    choose_colors(p, plan, registers < 256 ? registers : 256);
    for (unsigned i = 0; i < p->colors; i++) {
        all[i] = to_ycc(p->percent[i]);
    }
    for (unsigned i = 0; i < SIXEL_LUMAS * SIXEL_TINTS * SIXEL_TINTS; i++) {
        map_color(p, all, i / (SIXEL_TINTS * SIXEL_TINTS), i / SIXEL_TINTS % SIXEL_TINTS,
                  i % SIXEL_TINTS);
    }
}

void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to)
{
    const uint8_t(*color)[SIXEL_TINTS][SIXEL_TINTS] = p->color[y % SIXEL_PHASES];
    for (unsigned x = 0; x < width; x++, rgba += 4) {
        int l = (77 * rgba[0] + 150 * rgba[1] + 29 * rgba[2] + 128) >> 8;
        int cb = ((rgba[2] - l) * 144 + HALF) >> 8;
        int cr = ((rgba[0] - l) * 182 + HALF) >> 8;
        to[x] = color[(l + SIXEL_LUMA_STEP / 2) / SIXEL_LUMA_STEP]
                     [(cb + SIXEL_TINT_STEP / 2) / SIXEL_TINT_STEP]
                     [(cr + SIXEL_TINT_STEP / 2) / SIXEL_TINT_STEP];
    }
}
