/* SPDX-License-Identifier: MIT */
#include "tui/raster.h"

#include <errno.h>
#include <string.h>

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

static bool same_spec(const struct picture_spec *a, const struct picture_spec *b)
{
    return a->cols == b->cols && a->rows == b->rows && a->colors == b->colors &&
           a->symbols == b->symbols && a->cell_aspect == b->cell_aspect && a->ground == b->ground;
}

bool raster_fits(const struct raster *r, struct box box, const struct picture_spec *spec)
{
    return r->want && box_equal(r->box, box) && same_spec(&r->spec, spec);
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
    r->row = 0;
}

void raster_blank(struct raster *r)
{
    size_t n = (size_t)r->spec.cols * r->spec.rows;
    for (size_t i = 0; i < n; i++) {
        r->want[i] = (struct cell){' ', r->spec.ground, r->spec.ground};
    }
    r->filled = true;
    r->row = 0;
}

void raster_set(struct raster *r, const struct cells *c)
{
    if (!r->want || !same_spec(&r->spec, &c->spec)) {
        return;
    }
    memcpy(r->want, c->at, (size_t)c->spec.cols * c->spec.rows * sizeof *c->at);
    r->filled = true;
    r->row = 0;
    r->exact_row = -1;
    if (++r->pictures % RASTER_REFRESH_EVERY == 0) {
        r->exact_row = r->next_exact;
        r->next_exact = (r->next_exact + 1) % (r->box.h > 0 ? r->box.h : 1);
    }
}

static bool near(uint32_t a, uint32_t b)
{
    for (int shift = 0; shift < 24; shift += 8) {
        int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);
        if (d > RASTER_TOLERANCE || d < -RASTER_TOLERANCE) {
            return false;
        }
    }
    return a >> 24 == b >> 24;
}

static bool differs(const struct raster *r, size_t at, bool exact)
{
    const struct cell *w = &r->want[at], *s = &r->shown[at];
    if (w->ch != s->ch) {
        return true;
    }
    if (exact || r->spec.colors != CELL_TRUECOLOR) {
        return w->fg != s->fg || w->bg != s->bg;
    }
    return !near(w->fg, s->fg) || !near(w->bg, s->bg);
}

/* What the terminal's pen is while a slice is written. */
struct pen {
    uint32_t fg, bg;
    int y, x; /* where the next character goes; y -1: unknown */
};

static void color_parameter(struct bytes *to, enum cell_colors colors, uint32_t c, bool fg)
{
    if (c == CELL_PLAIN || colors == CELL_MONO) {
        bytes_text(to, fg ? "39" : "49");
    } else if (colors == CELL_TRUECOLOR && c < CELL_PALETTE) {
        bytes_text(to, fg ? "38;2;" : "48;2;");
        bytes_number(to, c >> 16 & 0xff);
        bytes_text(to, ";");
        bytes_number(to, c >> 8 & 0xff);
        bytes_text(to, ";");
        bytes_number(to, c & 0xff);
    } else if (colors == CELL_256 || (c & 0xff) >= 16) {
        bytes_text(to, fg ? "38;5;" : "48;5;");
        bytes_number(to, c & 0xff);
    } else {
        bytes_number(to, (fg ? 30 : 40) + (c & 7) + (c & 8 ? 60 : 0));
    }
}

static void set_pen(struct bytes *to, struct pen *p, const struct raster *r, const struct cell *c)
{
    bool fg = c->fg != p->fg && c->ch != ' ';
    bool bg = c->bg != p->bg && c->ch != 0x2588;
    if (!fg && !bg) {
        return;
    }
    bytes_text(to, "\033[");
    if (fg) {
        color_parameter(to, r->spec.colors, c->fg, true);
        p->fg = c->fg;
    }
    if (bg) {
        bytes_text(to, fg ? ";" : "");
        color_parameter(to, r->spec.colors, c->bg, false);
        p->bg = c->bg;
    }
    bytes_text(to, "m");
}

static void move_pen(struct bytes *to, struct pen *p, int y, int x)
{
    if (p->y == y && p->x == x) {
        return;
    }
    if (p->y == y && x == p->x + 1) {
        bytes_text(to, "\033[C");
    } else if (p->y == y && x > p->x) {
        bytes_text(to, "\033[");
        bytes_number(to, (unsigned)(x - p->x));
        bytes_text(to, "C");
    } else {
        bytes_text(to, "\033[");
        bytes_number(to, (unsigned)y + 1);
        bytes_text(to, ";");
        bytes_number(to, (unsigned)x + 1);
        bytes_text(to, "H");
    }
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

static void write_cell(struct raster *r, struct bytes *to, struct pen *p, size_t at, int y, int x)
{
    move_pen(to, p, y, x);
    set_pen(to, p, r, &r->want[at]);
    bytes_utf8(to, r->want[at].ch);
    r->shown[at] = r->want[at];
    p->y = y;
    p->x = x + 1;
}

bool raster_slice(struct raster *r, struct bytes *to, size_t most, const struct box *masks,
                  size_t n, unsigned screen_cols, unsigned screen_rows)
{
    static const char begin[] = "\0337\033[0m", end[] = "\0338";
    struct pen pen = {CELL_PLAIN, CELL_PLAIN, -1, -1};
    size_t start = to->len;
    if (!r->filled) {
        return false;
    }
    bytes_text(to, begin);
    size_t body = to->len; /* a row at least, however little is allowed */
    for (; r->row < r->box.h && (to->len == body || to->len - start < most); r->row++) {
        int y = r->box.y + r->row;
        for (int i = 0; i < r->box.w; i++) {
            size_t at = (size_t)r->row * (size_t)r->box.w + (size_t)i;
            int x = r->box.x + i;
            bool last = y == (int)screen_rows - 1 && x == (int)screen_cols - 1;
            if (!last && differs(r, at, r->row == r->exact_row) && !masked(masks, n, y, x)) {
                write_cell(r, to, &pen, at, y, x);
            }
        }
    }
    if (pen.y < 0) {
        to->len = start;
    } else {
        bytes_text(to, end);
    }
    return r->row < r->box.h;
}
