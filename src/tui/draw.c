/* SPDX-License-Identifier: MIT */
#include "tui/draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "tui/curses.h"
#include "tui/glyph.h"
#include "util/text.h"

static bool ascii_only;

bool box_equal(struct box a, struct box b)
{
    return a.y == b.y && a.x == b.x && a.h == b.h && a.w == b.w;
}

bool box_empty(struct box b)
{
    return b.h <= 0 || b.w <= 0;
}

bool box_has(struct box b, int y, int x)
{
    return y >= b.y && y < b.y + b.h && x >= b.x && x < b.x + b.w;
}

bool box_touch(struct box a, struct box b)
{
    return !box_empty(a) && !box_empty(b) && a.x < b.x + b.w && b.x < a.x + a.w &&
           a.y < b.y + b.h && b.y < a.y + a.h;
}

struct box box_inner(struct box b)
{
    return (struct box){b.y + 1, b.x + 1, b.h - 2, b.w - 2};
}

struct box box_center(struct box in, int h, int w)
{
    h = h < in.h ? h : in.h;
    w = w < in.w ? w : in.w;
    return (struct box){in.y + (in.h - h) / 2, in.x + (in.w - w) / 2, h, w};
}

void draw_ascii(bool ascii)
{
    ascii_only = ascii;
}

bool draw_is_ascii(void)
{
    return ascii_only;
}

static void set_role(enum role role)
{
    attr_set((attr_t)theme_attr(role), theme_pair(role), NULL);
}

void draw_fill(struct box b, enum role role)
{
    set_role(role);
    for (int y = b.y; y < b.y + b.h; y++) {
        mvhline(y, b.x, ' ', b.w);
    }
}

static uint32_t shown_as(uint32_t cp)
{
    if (ascii_only) {
        cp = glyph_ascii(cp);
    }
    return glyph_width(cp) < 0 ? '?' : cp;
}

void draw_glyph(int y, int x, enum role role, uint32_t cp)
{
    wchar_t wide[2] = {(wchar_t)shown_as(cp), 0};
    set_role(role);
    mvaddwstr(y, x, wide);
}

/* Next character of text and its width; false at the end. */
static bool next_glyph(const char **text, uint32_t *cp, int *width)
{
    if (!**text) {
        return false;
    }
    *text += text_decode(*text, strlen(*text), cp);
    *cp = shown_as(*cp);
    *width = glyph_width(*cp);
    return true;
}

/* Writes glyphs of text that fit into w columns; stops before `end` if it is given. */
static int write_glyphs(int y, int x, int w, const char *text, const char *end)
{
    wchar_t run[256];
    unsigned n = 0;
    int used = 0, width;
    uint32_t cp;
    move(y, x);
    while ((!end || text < end) && next_glyph(&text, &cp, &width) && used + width <= w) {
        if (n == sizeof run / sizeof run[0]) {
            addnwstr(run, (int)n);
            n = 0;
        }
        run[n++] = (wchar_t)cp;
        used += width;
    }
    addnwstr(run, (int)n);
    return used;
}

int draw_text(int y, int x, int w, enum role role, const char *text)
{
    if (w <= 0) {
        return 0;
    }
    set_role(role);
    if (glyph_text_width(text) <= w) {
        return write_glyphs(y, x, w, text, NULL);
    }
    int used = write_glyphs(y, x, w - 1, text, NULL);
    wchar_t dots[2] = {(wchar_t)shown_as(0x2026), 0};
    mvaddwstr(y, x + used, dots);
    return used + 1;
}

int draw_printf(int y, int x, int w, enum role role, const char *fmt, ...)
{
    char line[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    return draw_text(y, x, w, role, line);
}

int draw_right(int y, int left, int right, enum role role, const char *text)
{
    int w = glyph_text_width(text);
    int x = right - w < left ? left : right - w;
    draw_text(y, x, right - x, role, text);
    return x;
}

void draw_centered(int y, int x, int w, enum role role, const char *text)
{
    int used = glyph_text_width(text);
    int off = used < w ? (w - used) / 2 : 0;
    draw_text(y, x + off, w - off, role, text);
}

/* End of the line that begins at text; *columns is its width. */
static const char *line_end(const char *text, int w, int *columns)
{
    const char *at = text, *blank = NULL;
    int used = 0, width, blank_used = 0;
    uint32_t cp;
    for (const char *next = at; next_glyph(&next, &cp, &width); at = next) {
        if (cp == ' ') {
            blank = at;
            blank_used = used;
        }
        if (*at == '\n') {
            *columns = used;
            return at;
        }
        if (used + width > w) {
            at = blank ? blank : at > text ? at : next;
            *columns = blank ? blank_used : used;
            return at;
        }
        used += width;
    }
    *columns = used;
    return at;
}

int draw_wrapped(struct box b, enum role role, const char *text, bool centered, bool dry)
{
    int lines = 0;
    if (!dry) {
        set_role(role);
    }
    while (*text && lines < b.h && b.w > 0) {
        int columns;
        const char *end = line_end(text, b.w, &columns);
        if (!dry) {
            int off = centered && columns < b.w ? (b.w - columns) / 2 : 0;
            write_glyphs(b.y + lines, b.x + off, b.w, text, end);
        }
        lines++;
        text = *end == ' ' || *end == '\n' ? end + 1 : end;
    }
    return lines;
}

void draw_across(int y, int x, int w, enum role role)
{
    for (int i = 0; i < w; i++) {
        draw_glyph(y, x + i, role, 0x2500);
    }
}

void draw_border(struct box b, enum role role, bool heavy)
{
    static const uint32_t light[] = {0x2500, 0x2502, 0x250c, 0x2510, 0x2514, 0x2518};
    static const uint32_t thick[] = {0x2501, 0x2503, 0x250f, 0x2513, 0x2517, 0x251b};
    const uint32_t *g = heavy ? thick : light;
    if (b.h < 2 || b.w < 2) {
        return;
    }
    for (int x = b.x + 1; x < b.x + b.w - 1; x++) {
        draw_glyph(b.y, x, role, g[0]);
        draw_glyph(b.y + b.h - 1, x, role, g[0]);
    }
    for (int y = b.y + 1; y < b.y + b.h - 1; y++) {
        draw_glyph(y, b.x, role, g[1]);
        draw_glyph(y, b.x + b.w - 1, role, g[1]);
    }
    draw_glyph(b.y, b.x, role, g[2]);
    draw_glyph(b.y, b.x + b.w - 1, role, g[3]);
    draw_glyph(b.y + b.h - 1, b.x, role, g[4]);
    draw_glyph(b.y + b.h - 1, b.x + b.w - 1, role, g[5]);
}

void draw_sentinel(struct box b)
{
    wchar_t wide[2] = {GLYPH_SENTINEL, 0};
    cchar_t cell;
    setcchar(&cell, wide, (attr_t)theme_attr(ROLE_DIM), theme_pair(ROLE_DIM), NULL);
    for (int y = b.y; y < b.y + b.h; y++) {
        mvhline_set(y, b.x, &cell, b.w);
    }
}
