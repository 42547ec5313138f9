/* SPDX-License-Identifier: MIT */
#include "tui/sixel_palette.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    CENTRE = 128,
    HALF = CENTRE * 256 + 128,
    GREY = SIXEL_TINTS / 2,
    COLOR_SLACK = 8, /* how far a channel of the palette may be cut */
    CELL_SLACK = 32, /* more than the middle of a step can be off any colour in it */
};

/* The middles of the steps of Cb and Cr above grey: the eye sees most of what is nearly grey. */
static const uint8_t tint_steps[GREY + 1] = {0,  5,  10, 15, 20, 25, 31,  38,
                                             46, 55, 64, 74, 86, 99, 113, 127};

/* Tints lie on rings about grey: at each distance the four along the axes of Cb and Cr, and the
 * four between them. */
static const struct plan {
    unsigned registers;
    unsigned rings;
    uint8_t ring[SIXEL_MIX_RINGS]; /* distances, growing */
    bool between;
    unsigned vivid; /* steps of brightness of the six pure hues */
} plans[] = {
    {160, 3, {20, 64, 120}, true, 3},
    {40, 1, {48}, false, 2},
    {0, 0, {0}, false, 1},
};

static struct sixel_color to_color(const uint8_t percent[3])
{
    float r = percent[0] * 2.55F, g = percent[1] * 2.55F, b = percent[2] * 2.55F;
    float y = 0.299F * r + 0.587F * g + 0.114F * b;
    return (struct sixel_color){y, (b - y) / 1.772F, (r - y) / 1.402F};
}

/* False where there is no such colour. */
static bool to_rgb(struct sixel_color c, float slack, float rgb[3])
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
        const struct sixel_color c = {255.0F * luma / (lumas - 1), cb, cr};
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

/* As many steps of brightness as there are registers for; how many. */
static unsigned choose_colors(struct sixel_palette *p, const struct plan *plan, unsigned most)
{
    for (unsigned lumas = SIXEL_MIX_LUMAS;; lumas--) {
        p->colors = 0;
        add_tints(p, most, lumas, plan);
        if (p->colors + 6 * plan->vivid <= most && p->colors < most) {
            add_vivid(p, plan->vivid);
            return lumas;
        }
    }
}

static int tint_at(unsigned step)
{
    return step < GREY ? -tint_steps[GREY - step] : tint_steps[step - GREY];
}

/* Each tint to the nearest step. */
static void map_tints(uint8_t map[256])
{
    for (int v = 0, step = 0; v < 256; v++) {
        while (step + 1 < SIXEL_TINTS &&
               2 * (v - CENTRE) > tint_at((unsigned)step) + tint_at((unsigned)step + 1)) {
            step++;
        }
        map[v] = (uint8_t)step;
    }
}

static void map_color(struct sixel_palette *p, const struct sixel_mixer *m, unsigned luma,
                      unsigned cb, unsigned cr)
{
    struct sixel_color want = {fminf((float)luma * SIXEL_LUMA_STEP, 255), tint_at(cb), tint_at(cr)};
    uint8_t lines[SIXEL_MIX_LINES];
    float rgb[3];
    if (to_rgb(want, CELL_SLACK, rgb)) {
        sixel_mix(m, want, lines);
        for (unsigned i = 0; i < SIXEL_MIX_LINES; i++) {
            p->color[i][luma][cb][cr] = lines[i];
        }
    }
}

static void map_colors(struct sixel_palette *p, const struct plan *plan, unsigned lumas)
{
    struct sixel_mixer m = {.colors = p->colors, .lumas = lumas, .rings = plan->rings};
    memcpy(m.ring, plan->ring, sizeof m.ring);
    for (unsigned i = 0; i < p->colors; i++) {
        m.color[i] = to_color(p->percent[i]);
    }
    sixel_mix_prepare(&m);
    for (unsigned i = 0; i < SIXEL_LUMAS * SIXEL_TINTS * SIXEL_TINTS; i++) {
        map_color(p, &m, i / (SIXEL_TINTS * SIXEL_TINTS), i / SIXEL_TINTS % SIXEL_TINTS,
                  i % SIXEL_TINTS);
    }
}

void sixel_palette_init(struct sixel_palette *p, unsigned registers)
{
    const struct plan *plan = plans;
    while (registers < plan->registers) {
        plan++;
    }
    memset(p, 0, sizeof *p);
    map_tints(p->tint);
    map_colors(p, plan, choose_colors(p, plan, registers < 256 ? registers : 256));
}

void sixel_palette_line(const struct sixel_palette *p, const uint8_t *rgba, unsigned width,
                        unsigned y, uint8_t *to)
{
    const uint8_t(*color)[SIXEL_TINTS][SIXEL_TINTS] = p->color[y % SIXEL_MIX_LINES];
    for (unsigned x = 0; x < width; x++, rgba += 4) {
        int l = (77 * rgba[0] + 150 * rgba[1] + 29 * rgba[2] + 128) >> 8;
        int cb = ((rgba[2] - l) * 144 + HALF) >> 8;
        int cr = ((rgba[0] - l) * 182 + HALF) >> 8;
        to[x] = color[(l + SIXEL_LUMA_STEP / 2) / SIXEL_LUMA_STEP][p->tint[cb]][p->tint[cr]];
    }
}
