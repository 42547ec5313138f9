/* SPDX-License-Identifier: MIT */
#include "tui/pen.h"

enum { BLANK = ' ', FULL = 0x2588 };

/* A colour as the terminal is told it. */
enum ink_kind { INK_KEPT, INK_RGB, INK_INDEX, INK_BASIC, INK_PLAIN };
struct ink {
    enum ink_kind kind;
    uint32_t value; /* channels, or the index */
    uint32_t pen;   /* what the terminal then draws with */
    uint32_t shown; /* what that is worth to a later comparison */
    unsigned len;   /* bytes of the parameter without its introduction */
};

/* A way to draw a cell: which of its colours are drawn with, and how. */
struct form {
    uint32_t ch;
    bool with_fg, with_bg, swapped;
    struct ink fg, bg;
    unsigned cost;
};

bool pen_near(uint32_t a, uint32_t b, int most)
{
    if ((a | b) >> 24) {
        return a == b;
    }
    for (int shift = 0; shift < 24; shift += 8) {
        int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);
        if (d > most || d < -most) {
            return false;
        }
    }
    return true;
}

static unsigned digits(unsigned n)
{
    return n < 10 ? 1 : n < 100 ? 2 : 3;
}

/* The value nearest to v, at most PEN_SLOP away, that has the fewest digits. */
static unsigned shortest(unsigned v)
{
    if (v >= 100 && v <= 99 + PEN_SLOP) {
        return 99;
    }
    return v >= 10 && v <= 9 + PEN_SLOP ? 9 : v;
}

static struct ink ink_rgb(uint32_t rgb)
{
    struct ink ink = {.kind = INK_RGB, .len = 4};
    for (int shift = 16; shift >= 0; shift -= 8) {
        unsigned v = shortest(rgb >> shift & 0xff);
        ink.value |= v << shift;
        ink.len += digits(v) + (shift != 0);
    }
    ink.pen = ink.shown = ink.value;
    return ink;
}

static struct ink ink_index(unsigned index, uint32_t shown)
{
    struct ink ink = {.value = index, .pen = CELL_PALETTE | index, .shown = shown};
    ink.kind = index < 16 ? INK_BASIC : INK_INDEX;
    ink.len = ink.kind == INK_BASIC ? 0 : 4 + digits(index);
    return ink;
}

/* Entries of the palette have shorter names than most colours; those from 22 on are the same
 * everywhere. */
static struct ink ink_true(uint32_t rgb)
{
    unsigned index = cell_index_256(rgb);
    struct ink ink = ink_rgb(rgb);
    if (index >= 22 && pen_near(cell_palette_256(index), rgb, PEN_SLOP)) {
        struct ink by_name = ink_index(index, cell_palette_256(index));
        by_name.pen = by_name.shown;
        return by_name.len < ink.len ? by_name : ink;
    }
    return ink;
}

static struct ink ink_of(const struct pen *p, uint32_t have, uint32_t color, int y, int x)
{
    struct ink ink;
    if (color == CELL_PLAIN || p->colors == CELL_MONO) {
        ink = (struct ink){.kind = INK_PLAIN, .pen = CELL_PLAIN, .shown = color};
    } else if (color >> 24) {
        ink = ink_index(color & 0xff, color);
    } else if (p->colors == CELL_TRUECOLOR) {
        if (pen_near(have, color, PEN_SLOP)) {
            return (struct ink){.kind = INK_KEPT, .pen = have, .shown = have};
        }
        return ink_true(color);
    } else {
        ink = ink_index(cell_index(color, p->colors, y, x), color);
    }
    if (ink.pen == have) {
        ink.kind = INK_KEPT;
        ink.len = 0;
    }
    return ink;
}

/* Blocks and the same with ink and paper exchanged. */
static uint32_t inverse(uint32_t ch)
{
    static const uint16_t pairs[][2] = {
        {0x2580, 0x2584}, {0x258c, 0x2590}, {0x2596, 0x259c}, {0x2597, 0x259b},
        {0x2598, 0x259f}, {0x259d, 0x2599}, {0x259a, 0x259e},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (ch == pairs[i][0] || ch == pairs[i][1]) {
            return pairs[i][ch == pairs[i][0]];
        }
    }
    return 0;
}

static unsigned char_len(uint32_t ch)
{
    return ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
}

static unsigned sgr_cost(const struct form *f)
{
    unsigned fg = f->with_fg && f->fg.kind != INK_KEPT ? 2 + f->fg.len : 0;
    unsigned bg = f->with_bg && f->bg.kind != INK_KEPT ? 2 + f->bg.len : 0;
    return fg + bg ? 3 + fg + bg + (fg && bg) : 0;
}

static void weigh(struct form *f)
{
    f->cost = char_len(f->ch) + sgr_cost(f);
}

static struct form form_of(const struct pen *p, const struct cell *c, uint32_t ch, bool swapped,
                           int y, int x)
{
    struct form f = {.ch = ch, .with_fg = ch != BLANK, .with_bg = ch != FULL, .swapped = swapped};
    if (f.with_fg) {
        f.fg = ink_of(p, p->fg, swapped ? c->bg : c->fg, swapped ? y + 1 : y, x);
    }
    if (f.with_bg) {
        f.bg = ink_of(p, p->bg, swapped ? c->fg : c->bg, swapped ? y : y + 1, x);
    }
    weigh(&f);
    return f;
}

static uint32_t middle(uint32_t a, uint32_t b)
{
    uint32_t out = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        out |= ((a >> shift & 0xff) + (b >> shift & 0xff)) / 2 << shift;
    }
    return out;
}

static struct form cheaper(struct form a, struct form b)
{
    return b.cost < a.cost ? b : a;
}

/* The cheapest way to draw a cell. The dither of few colours looks at half rows. */
static struct form choose(const struct pen *p, int y, int x, const struct cell *c)
{
    bool truecolor = p->colors == CELL_TRUECOLOR && !((c->fg | c->bg) >> 24);
    uint32_t other = inverse(c->ch);
    struct form best = form_of(p, c, c->ch, false, 2 * y, x);
    if (other) {
        best = cheaper(best, form_of(p, c, other, true, 2 * y, x));
    }
    if (!truecolor || c->ch == BLANK || c->ch == FULL || !pen_near(c->fg, c->bg, PEN_SLOP)) {
        return best;
    }
    /* Ink and paper are hardly different: paper alone will do. */
    uint32_t paper = pen_near(p->bg, c->fg, PEN_SLOP) && pen_near(p->bg, c->bg, PEN_SLOP)
                         ? p->bg
                         : middle(c->fg, c->bg);
    struct cell flat = {BLANK, paper, paper};
    struct form blank = form_of(p, &flat, BLANK, false, 2 * y, x);
    if (!pen_near(blank.bg.shown, c->fg, PEN_SLOP) || !pen_near(blank.bg.shown, c->bg, PEN_SLOP)) {
        return best;
    }
    return cheaper(best, blank);
}

static void write_ink(struct bytes *to, const struct ink *ink, bool fg)
{
    static const unsigned basic[2] = {40, 30};
    switch (ink->kind) {
    case INK_PLAIN:
        bytes_text(to, fg ? "39" : "49");
        break;
    case INK_BASIC:
        bytes_number(to, basic[fg] + (ink->value & 7) + (ink->value & 8 ? 60 : 0));
        break;
    case INK_INDEX:
        bytes_text(to, fg ? "38;5;" : "48;5;");
        bytes_number(to, ink->value);
        break;
    case INK_RGB:
        bytes_text(to, fg ? "38;2" : "48;2");
        for (int shift = 16; shift >= 0; shift -= 8) {
            bytes_text(to, ";");
            bytes_number(to, ink->value >> shift & 0xff);
        }
        break;
    case INK_KEPT:
        break;
    }
}

static void write_repeats(struct pen *p, struct bytes *to)
{
    if (p->repeats && p->again * char_len(p->last) > 3 + digits(p->again)) {
        bytes_text(to, "\033[");
        bytes_number(to, p->again);
        bytes_text(to, "b");
        p->again = 0;
    }
    for (; p->again; p->again--) {
        bytes_utf8(to, p->last);
    }
}

static void write_attributes(struct pen *p, struct bytes *to, const struct form *f)
{
    bool fg = f->with_fg && f->fg.kind != INK_KEPT;
    bool bg = f->with_bg && f->bg.kind != INK_KEPT;
    if (!fg && !bg) {
        return;
    }
    write_repeats(p, to);
    p->last = 0;
    bytes_text(to, "\033[");
    if (fg) {
        write_ink(to, &f->fg, true);
        p->fg = f->fg.pen;
    }
    if (bg) {
        bytes_text(to, fg ? ";" : "");
        write_ink(to, &f->bg, false);
        p->bg = f->bg.pen;
    }
    bytes_text(to, "m");
}

unsigned pen_move_cost(const struct pen *p, int y, int x)
{
    if (p->y == y && p->x <= x) {
        return p->x == x ? 0 : x == p->x + 1 ? 3 : 3 + digits((unsigned)(x - p->x));
    }
    return 4 + digits((unsigned)y + 1) + digits((unsigned)x + 1);
}

static void move(struct pen *p, struct bytes *to, int y, int x)
{
    if (p->y == y && p->x == x) {
        return;
    }
    write_repeats(p, to);
    p->last = 0;
    bytes_text(to, "\033[");
    if (p->y == y && x > p->x) {
        if (x > p->x + 1) {
            bytes_number(to, (unsigned)(x - p->x));
        }
        bytes_text(to, "C");
    } else {
        bytes_number(to, (unsigned)y + 1);
        bytes_text(to, ";");
        bytes_number(to, (unsigned)x + 1);
        bytes_text(to, "H");
    }
    p->y = y;
    p->x = x;
}

void pen_begin(struct pen *p, struct bytes *to, enum cell_colors colors, bool repeats)
{
    *p = (struct pen){
        .colors = colors, .repeats = repeats, .y = -1, .fg = CELL_PLAIN, .bg = CELL_PLAIN};
    bytes_text(to, "\0337\033[0m");
}

void pen_end(struct pen *p, struct bytes *to)
{
    write_repeats(p, to);
    bytes_text(to, "\0338");
}

unsigned pen_cost(const struct pen *p, int x, const struct cell *want)
{
    return choose(p, p->y, x, want).cost;
}

struct cell pen_cell(struct pen *p, struct bytes *to, int y, int x, const struct cell *want)
{
    struct form f = choose(p, y, x, want);
    move(p, to, y, x);
    write_attributes(p, to, &f);
    if (p->last == f.ch) {
        p->again++;
    } else {
        write_repeats(p, to);
        bytes_utf8(to, f.ch);
        p->last = f.ch;
    }
    p->x++;
    uint32_t fg = f.with_fg ? f.fg.shown : f.bg.shown, bg = f.with_bg ? f.bg.shown : f.fg.shown;
    return f.swapped ? (struct cell){want->ch, bg, fg} : (struct cell){want->ch, fg, bg};
}
