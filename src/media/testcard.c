/* SPDX-License-Identifier: MIT */
/* All that stands still (ground, bars, dial, label) is drawn once by testcard_new(); a picture is a
 * copy of it with the ball, the hand, the clock, the number and the marks drawn over. What moves
 * follows the capture time, so an uneven pace shows. */
#include "media/testcard.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "media/canvas.h"
#include "media/glyphs.h"
#include "media/marks.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"

/* Places and sizes in pixels, all even. */
struct plan {
    int scale;          /* of the text */
    int label_end;      /* right end of the label */
    int header;         /* height of the line with the label */
    int left, inner;    /* left edge and width of all that has a margin */
    int bars, bars_end; /* colour bars, then grey steps */
    int greys_end;
    int floor; /* upper edge of the marks */
    int dial_x, dial_y, dial_radius;
    int text_x, clock_y, number_y, number_scale;
    int ball_radius;
};

struct testcard {
    unsigned width, height;
    struct plan plan;
    size_t bytes;
    uint8_t *ground;
};

static const float full_turn = 6.2831853f;
enum { HAND_US = 4000000, ROLL_US = 7000000, BOUNCE_US = 1400000, TICKS = 12 };

static int even(int v)
{
    return v & ~1;
}

static struct plan plan_for(int width, int height)
{
    int unit = height < width * 3 / 4 ? height : width * 3 / 4;
    int floor = height - (int)marks_height((unsigned)width, (unsigned)height);
    struct plan p = {
        .scale = unit >= 120 ? unit / 120 : 1,
        .left = even(width / 20),
        .floor = even(floor),
    };
    p.inner = even(width - 2 * p.left);
    p.header = even((GLYPH_HEIGHT + 4) * p.scale);
    p.bars = even(p.header + floor / 24);
    p.bars_end = even(p.bars + floor / 4);
    p.greys_end = even(p.bars_end + floor / 16);
    int rest = p.floor - p.greys_end;
    p.dial_radius = even(rest * 2 / 5 < width / 7 ? rest * 2 / 5 : width / 7);
    p.dial_x = even(p.left + p.dial_radius);
    p.dial_y = even(p.greys_end + rest / 2);
    p.text_x = even(p.dial_x + p.dial_radius + p.left);
    int room = width - p.left - p.text_x;
    int fits = room / (10 * GLYPH_ADVANCE);
    p.number_scale = fits < p.scale * 3 / 2 ? (fits > 0 ? fits : 1) : p.scale * 3 / 2;
    p.clock_y = even(p.greys_end + rest / 2 - (GLYPH_HEIGHT + 3) * p.scale);
    p.number_y = even(p.greys_end + rest / 2 + 2 * p.scale);
    p.ball_radius = even(unit / 14 > 2 ? unit / 14 : 2);
    return p;
}

static struct canvas canvas_of(const struct testcard *t, uint8_t *pixels)
{
    struct frame f = {.data = pixels, .width = (uint16_t)t->width, .height = (uint16_t)t->height};
    struct canvas c = {.width = (int)t->width, .height = (int)t->height};
    frame_i420_planes(&f, c.plane, c.stride);
    return c;
}

/* Rings that get finer towards the edges over a blue that gets lighter towards the floor: detail of
 * every fineness for the eye and for the encoder. */
static void draw_rings(const struct canvas *c, int floor)
{
    canvas_rect(c, 0, 0, c->width, c->height, colour_rgb(34, 44, 68));
    float finest = 0.9f / (float)(c->width + c->height);
    for (int y = 0; y < floor; y++) {
        uint8_t *line = c->plane[0] + (size_t)y * (size_t)c->stride[0];
        float base = 44.0f + 40.0f * (float)y / (float)c->height;
        float dy = (float)(y - c->height / 2);
        for (int x = 0; x < c->width; x++) {
            float dx = (float)(x - c->width / 2);
            line[x] = (uint8_t)(base + 4.0f * cosf((dx * dx + dy * dy) * finest));
        }
    }
}

static void draw_bars(const struct canvas *c, const struct plan *p)
{
    static const struct {
        uint8_t r, g, b;
    } bars[] = {{235, 235, 235}, {210, 205, 20}, {20, 205, 210}, {20, 200, 30},
                {205, 25, 205},  {205, 25, 30},  {25, 30, 205},  {16, 16, 20}};
    enum { BARS = sizeof bars / sizeof bars[0], GREYS = 16 };
    for (int i = 0; i < BARS; i++) {
        int from = even(p->inner * i / BARS), end = even(p->inner * (i + 1) / BARS);
        canvas_rect(c, p->left + from, p->bars, end - from, p->bars_end - p->bars,
                    colour_rgb(bars[i].r, bars[i].g, bars[i].b));
    }
    for (int i = 0; i < GREYS; i++) {
        int from = even(p->inner * i / GREYS), end = even(p->inner * (i + 1) / GREYS);
        unsigned v = (unsigned)(i * 255 / (GREYS - 1));
        canvas_rect(c, p->left + from, p->bars_end, end - from, p->greys_end - p->bars_end,
                    colour_rgb(v, v, v));
    }
}

static void draw_dial(const struct canvas *c, const struct plan *p)
{
    canvas_disc(c, p->dial_x, p->dial_y, p->dial_radius, colour_rgb(230, 225, 210));
    canvas_disc(c, p->dial_x, p->dial_y, p->dial_radius * 15 / 16, colour_rgb(28, 34, 52));
    for (int i = 0; i < TICKS; i++) {
        float angle = full_turn * (float)i / TICKS, r = (float)p->dial_radius;
        float dx = sinf(angle), dy = -cosf(angle), from = r * (i % 3 ? 0.82f : 0.74f);
        canvas_stroke(c, (float)p->dial_x + dx * from, (float)p->dial_y + dy * from,
                      (float)p->dial_x + dx * r * 0.9f, (float)p->dial_y + dy * r * 0.9f,
                      (float)p->scale * 0.8f, 220);
    }
}

/* A plain ground for text that changes. */
static void draw_plates(const struct canvas *c, const struct plan *p)
{
    struct colour dark = colour_rgb(14, 18, 28);
    canvas_rect(c, 0, 0, c->width, p->header, dark);
    int width = even(c->width - p->left - p->text_x);
    int pad = even(2 * p->scale);
    int number_end = p->number_y + GLYPH_HEIGHT * p->number_scale;
    canvas_rect(c, p->text_x - pad, p->clock_y - pad, width + pad,
                even(number_end - p->clock_y + 2 * pad), dark);
}

int testcard_new(unsigned width, unsigned height, const char *label, struct testcard **out)
{
    if (width == 0 || height == 0 || width > UINT16_MAX || height > UINT16_MAX)
        return -EINVAL;
    struct testcard *t = mem_zero(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->width = width;
    t->height = height;
    t->bytes = frame_i420_bytes(width, height);
    t->plan = plan_for((int)width, (int)height);
    t->ground = mem_alloc(t->bytes);
    if (!t->ground) {
        mem_free(t);
        return -ENOMEM;
    }
    struct canvas c = canvas_of(t, t->ground);
    draw_rings(&c, t->plan.floor);
    draw_bars(&c, &t->plan);
    draw_dial(&c, &t->plan);
    draw_plates(&c, &t->plan);
    t->plan.label_end = t->plan.left + canvas_text(&c, t->plan.left, 2 * t->plan.scale,
                                                   t->plan.scale, 240, label ? label : "");
    canvas_rect(&c, 0, t->plan.floor, c.width, c.height - t->plan.floor, colour_rgb(0, 0, 0));
    *out = t;
    return 0;
}

void testcard_free(struct testcard *t)
{
    if (!t)
        return;
    mem_free(t->ground);
    mem_free(t);
}

/* How far into a period the time is, 0 … 1. */
static float phase(uint64_t us, uint64_t period_us)
{
    return (float)(us % period_us) / (float)period_us;
}

static void draw_ball(const struct canvas *c, const struct plan *p, uint64_t us)
{
    float roll = phase(us, ROLL_US), bounce = phase(us, BOUNCE_US);
    float across = roll < 0.5f ? 2 * roll : 2 - 2 * roll;
    float up = 4 * bounce * (1 - bounce);
    int r = p->ball_radius;
    int x = p->left + r + (int)(across * (float)(p->inner - 2 * r));
    int y = p->floor - r - 2 - (int)(up * (float)(p->floor - p->header - 2 * r - 4));
    canvas_disc(c, x, y, r, colour_rgb(235, 120, 30));
    canvas_disc(c, x - r / 4, y - r / 4, r / 2, colour_rgb(250, 165, 80));
    canvas_disc(c, x - r / 3, y - r / 3, r / 5, colour_rgb(255, 225, 190));
}

static void draw_hand(const struct canvas *c, const struct plan *p, uint64_t us)
{
    float angle = full_turn * phase(us, HAND_US), r = (float)p->dial_radius * 0.7f;
    canvas_stroke(c, (float)p->dial_x, (float)p->dial_y, (float)p->dial_x + sinf(angle) * r,
                  (float)p->dial_y - cosf(angle) * r, (float)p->scale * 1.5f, 250);
    canvas_disc(c, p->dial_x, p->dial_y, p->dial_radius / 12, colour_rgb(235, 120, 30));
}

/* "2026-11-22T12:23:51.123+00:00": the date to the header's right end, the time on its plate. */
static void draw_texts(const struct canvas *c, const struct plan *p, uint32_t number, int64_t wall)
{
    char text[32], digits[16];
    wall_rfc3339(wall, text, sizeof text);
    if (strlen(text) > 23) {
        text[10] = text[23] = '\0';
        int x = c->width - p->left - canvas_text_width(p->scale, text);
        if (x >= p->label_end)
            canvas_text(c, x, 2 * p->scale, p->scale, 150, text);
        canvas_text(c, p->text_x, p->clock_y, p->scale, 220, text + 11);
    }
    snprintf(digits, sizeof digits, "%u", number);
    canvas_text(c, p->text_x, p->number_y, p->number_scale, 255, digits);
}

int testcard_draw(struct testcard *t, uint32_t number, uint64_t capture_us, int64_t wall_us,
                  struct frame_pool *pool, struct frame **out)
{
    struct frame *f;
    int r = frame_new(pool, t->bytes, &f);
    if (r < 0)
        return r;
    memcpy(f->data, t->ground, t->bytes);
    f->len = t->bytes;
    f->format = FRAME_I420;
    f->width = (uint16_t)t->width;
    f->height = (uint16_t)t->height;
    f->number = number;
    f->capture_us = capture_us;
    f->wall_us = wall_us;

    struct canvas c = canvas_of(t, f->data);
    draw_ball(&c, &t->plan, capture_us);
    draw_hand(&c, &t->plan, capture_us);
    draw_texts(&c, &t->plan, number, wall_us);
    if (marks_height(t->width, t->height))
        marks_draw(f->data, t->width, t->height, t->width, number, capture_us);
    *out = f;
    return 0;
}

int testcard_read(const uint8_t *luma, unsigned width, unsigned height, int stride,
                  uint32_t *number, uint64_t *capture_us)
{
    if (stride < 0 || (unsigned)stride < width)
        return ERR_FORMAT;
    return marks_read(luma, width, height, (size_t)stride, number, capture_us);
}
