/* SPDX-License-Identifier: MIT */
/* Between two steps each line has the lower or the higher one: neighbouring colours are mixed from
 * the same ones, so that no edges show. Where the palette lacks a step, vivid colours above all,
 * that may come out far off; then the lines are chosen for their average alone. */
#include "tui/sixel_mix.h"

#include <math.h>

enum {
    LUMA_WEIGHT = 2,
    OFF_MOST = 8, /* the average of steps, before it is not good enough */
};
/* What a line costs for being off itself, beside what it leaves to the others: nearer colours make
 * quieter pictures, in fewer bytes. */
static const float own_weight = 0.3F;

static float square(struct sixel_color c)
{
    return LUMA_WEIGHT * c.y * c.y + c.cb * c.cb + c.cr * c.cr;
}

static struct sixel_color sum(struct sixel_color a, struct sixel_color b)
{
    return (struct sixel_color){a.y + b.y, a.cb + b.cb, a.cr + b.cr};
}

static struct sixel_color difference(struct sixel_color a, struct sixel_color b)
{
    return (struct sixel_color){a.y - b.y, a.cb - b.cb, a.cr - b.cr};
}

/* The colour that brings the average of n others, together off by `off`, nearest to `want`. */
static uint8_t best_addition(const struct sixel_mixer *m, struct sixel_color want,
                             struct sixel_color off, unsigned n)
{
    float least = INFINITY;
    unsigned best = 0;
    for (unsigned i = 0; i < m->colors; i++) {
        struct sixel_color own = difference(m->color[i], want);
        float cost = square(sum(off, own)) / (n + 1) + own_weight * square(own);
        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return (uint8_t)best;
}

/* One after the other, the brightest on the first line. */
static void mix_freely(const struct sixel_mixer *m, struct sixel_color want,
                       uint8_t lines[SIXEL_MIX_LINES])
{
    static const uint8_t line[SIXEL_MIX_LINES] = {0, 2, 1, 3}; /* of the brightest, the next … */
    uint8_t picks[SIXEL_MIX_LINES] = {0};
    struct sixel_color off = {0};
    for (unsigned n = 0; n < SIXEL_MIX_LINES; n++) {
        unsigned best = best_addition(m, want, off, n), at = n;
        off = sum(off, difference(m->color[best], want));
        for (; at && m->color[best].y > m->color[picks[at - 1]].y; at--) {
            picks[at] = picks[at - 1];
        }
        picks[at] = (uint8_t)best;
    }
    for (unsigned i = 0; i < SIXEL_MIX_LINES; i++) {
        lines[line[i]] = picks[i];
    }
}

static float luma_at(const struct sixel_mixer *m, unsigned step)
{
    return 255.0F * step / (m->lumas - 1);
}

/* Step `rings` is grey. */
static float tint_at(const struct sixel_mixer *m, unsigned step)
{
    if (step == m->rings) {
        return 0;
    }
    return step < m->rings ? -m->ring[m->rings - step - 1] : m->ring[step - m->rings - 1];
}

static unsigned luma_step(const struct sixel_mixer *m, float y, float threshold)
{
    float at = y * (m->lumas - 1) / 255;
    return (unsigned)at + (at - floorf(at) > threshold);
}

static unsigned tint_step(const struct sixel_mixer *m, float tint, float threshold)
{
    unsigned step = 0;
    while (step < 2 * m->rings) {
        float below = tint_at(m, step), above = tint_at(m, step + 1);
        if ((tint - below) / (above - below) <= threshold) {
            break;
        }
        step++;
    }
    return step;
}

/* How far the average is off. */
static float mix_steps(const struct sixel_mixer *m, struct sixel_color want,
                       uint8_t lines[SIXEL_MIX_LINES])
{
    static const float threshold[SIXEL_MIX_LINES] = {0.125F, 0.625F, 0.375F, 0.875F};
    struct sixel_color off = {0};
    for (unsigned i = 0; i < SIXEL_MIX_LINES; i++) {
        float t = threshold[i];
        lines[i] =
            m->step[luma_step(m, want.y, t)][tint_step(m, want.cb, t)][tint_step(m, want.cr, t)];
        off = sum(off, difference(m->color[lines[i]], want));
    }
    return sqrtf(square(off)) / SIXEL_MIX_LINES;
}

void sixel_mix_prepare(struct sixel_mixer *m)
{
    unsigned tints = 2 * m->rings + 1;
    for (unsigned i = 0; i < m->lumas * tints * tints; i++) {
        unsigned luma = i / tints / tints, cb = i / tints % tints, cr = i % tints;
        struct sixel_color want = {luma_at(m, luma), tint_at(m, cb), tint_at(m, cr)};
        m->step[luma][cb][cr] = best_addition(m, want, (struct sixel_color){0}, 0);
    }
}

void sixel_mix(const struct sixel_mixer *m, struct sixel_color want, uint8_t lines[SIXEL_MIX_LINES])
{
    if (mix_steps(m, want, lines) > OFF_MOST) {
        mix_freely(m, want, lines);
    }
}
