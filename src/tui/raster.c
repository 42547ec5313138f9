/* SPDX-License-Identifier: MIT */
#include "tui/raster.h"

#include <errno.h>
#include <string.h>

#include "tui/pen.h"
#include "util/alloc.h"

enum { NOTHING_SHOWN = 0 }; /* a character no picture has */

void raster_init(struct raster *r)
{
    *r = (struct raster){.exact_row = -1};
}

void raster_fini(struct raster *r)
{
    mem_free(r->want);
    mem_free(r->shown);
    raster_init(r);
}

bool raster_fits(const struct raster *r, struct box box, const struct picture_spec *spec)
{
    return r->want && box_equal(r->box, box) && picture_spec_equal(&r->spec, spec);
}

int raster_place(struct raster *r, struct box box, const struct picture_spec *spec)
{
    size_t n = (size_t)spec->cols * spec->rows;
    if (n > r->cap) {
        struct cell *want = mem_grow(r->want, n, sizeof *want);
        if (want) {
            r->want = want;
        }
        struct cell *shown = want ? mem_grow(r->shown, n, sizeof *shown) : NULL;
        if (!shown) {
            return -ENOMEM;
        }
        r->shown = shown;
        r->cap = n;
    }
    r->box = box;
    r->spec = *spec;
    r->filled = false;
    r->row = 0;
    raster_dirty(r, box);
    return 0;
}

void raster_dirty(struct raster *r, struct box b)
{
    for (int y = 0; y < r->box.h; y++) {
        for (int x = 0; r->shown && x < r->box.w; x++) {
            if (box_has(b, r->box.y + y, r->box.x + x)) {
                r->shown[y * r->box.w + x].ch = NOTHING_SHOWN;
            }
        }
    }
    r->left = r->box.h;
}

void raster_blank(struct raster *r)
{
    size_t n = (size_t)r->spec.cols * r->spec.rows;
    for (size_t i = 0; i < n; i++) {
        r->want[i] = (struct cell){' ', r->spec.ground, r->spec.ground};
    }
    r->filled = true;
    r->left = r->box.h; /* from the row reached: where the link is slow, all have their turn */
}

void raster_set(struct raster *r, const struct cells *c)
{
    if (!r->want || !picture_spec_equal(&r->spec, &c->spec)) {
        return;
    }
    memcpy(r->want, c->at, (size_t)c->spec.cols * c->spec.rows * sizeof *c->at);
    r->filled = true;
    r->left = r->box.h; /* from the row reached: where the link is slow, all have their turn */
    r->exact_row = -1;
    if (++r->pictures % RASTER_REFRESH_EVERY == 0) {
        r->exact_row = r->next_exact;
        r->next_exact = (r->next_exact + 1) % (r->box.h > 0 ? r->box.h : 1);
    }
}

/* Whether colours count as the same to a person who looks at a row. */
static bool same_cell(const struct cell *want, const struct cell *shown, int most)
{
    bool fg = want->ch == ' ' || pen_near(want->fg, shown->fg, most);
    bool bg = want->ch == 0x2588 || pen_near(want->bg, shown->bg, most);
    return want->ch == shown->ch && fg && bg;
}

static bool masked(const struct box *masks, size_t n, int y, int x)
{
    for (size_t i = 0; i < n; i++) {
        if (box_has(masks[i], y, x)) {
            return true;
        }
    }
    return false;
}

/* A slice in the making. */
struct slice {
    struct raster *r;
    struct bytes *to;
    const struct raster_screen *screen;
    struct pen pen;
    int last; /* column of the row, written last; -1: none */
};

static bool writable(const struct slice *s, int y, int x)
{
    bool last = y == s->screen->rows - 1 && x == s->screen->cols - 1;
    return !last && !masked(s->screen->mask, s->screen->masks, y, x);
}

static void write_at(struct slice *s, int i)
{
    struct raster *r = s->r;
    size_t at = (size_t)r->row * (size_t)r->box.w + (size_t)i;
    r->shown[at] = pen_cell(&s->pen, s->to, r->box.y + r->row, r->box.x + i, &r->want[at]);
    s->last = i;
}

/* Writing the few cells between may take fewer bytes than a way around them. */
static void bridge(struct slice *s, int i)
{
    struct raster *r = s->r;
    int y = r->box.y + r->row, from = s->last + 1;
    unsigned cost = 0, most = pen_move_cost(&s->pen, y, r->box.x + i);
    if (s->last < 0) {
        return;
    }
    for (int k = from; k < i && cost <= most; k++) {
        const struct cell *c = &r->want[(size_t)r->row * (size_t)r->box.w + (size_t)k];
        cost += writable(s, y, r->box.x + k) ? pen_cost(&s->pen, r->box.x + k, c) : most + 1;
    }
    for (int k = from; k < i && cost <= most; k++) {
        write_at(s, k);
    }
}

static void write_row(struct slice *s)
{
    struct raster *r = s->r;
    int y = r->box.y + r->row;
    int most = r->row == r->exact_row ? PEN_SLOP : RASTER_TOLERANCE;
    s->last = -1;
    for (int i = 0; i < r->box.w; i++) {
        size_t at = (size_t)r->row * (size_t)r->box.w + (size_t)i;
        if (same_cell(&r->want[at], &r->shown[at], most) || !writable(s, y, r->box.x + i)) {
            continue;
        }
        bridge(s, i);
        write_at(s, i);
    }
}

bool raster_slice(struct raster *r, struct bytes *to, size_t most,
                  const struct raster_screen *screen)
{
    struct slice s = {.r = r, .to = to, .screen = screen};
    size_t start = to->len;
    if (!r->filled) {
        return false;
    }
    pen_begin(&s.pen, to, r->spec.colors, screen->repeats);
    size_t body = to->len; /* a row at least, however little is allowed */
    for (; r->left > 0 && (to->len == body || to->len - start < most); r->left--) {
        write_row(&s);
        r->row = (r->row + 1) % r->box.h;
    }
    if (s.pen.y < 0) {
        to->len = start;
    } else {
        pen_end(&s.pen, to);
    }
    return r->left > 0;
}
