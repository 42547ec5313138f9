/* SPDX-License-Identifier: MIT */
#include "tui/caps.h"

#include <string.h>
#include <strings.h>

#include "tui/kitty.h"
#include "util/text.h"

enum {
    CELL_LEAST = 3, /* pixels; what is further off is a mistake */
    CELL_MOST = 200,
    QUERY_ID = 31,
};

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static bool starts_with(const char *s, const char *start)
{
    return !strncasecmp(s, start, strlen(start));
}

void caps_init(struct caps *c, const struct tui_terminal *t, const char *charset, int colors)
{
    *c = (struct caps){
        .cell_aspect = 2, .colors = colors, .no_color = t->no_color, .registers = CAPS_REGISTERS};
    c->multiplexer =
        t->inside_tmux || starts_with(t->term, "tmux") || starts_with(t->term, "screen");
    c->utf8 = !strcasecmp(charset, "UTF-8") || !strcasecmp(charset, "UTF8");
    c->truecolor = !strcmp(t->colorterm, "truecolor") || !strcmp(t->colorterm, "24bit") ||
                   ends_with(t->term, "-direct") || starts_with(t->term, "xterm-kitty") ||
                   starts_with(t->term, "foot") || starts_with(t->term, "wezterm") ||
                   starts_with(t->term, "xterm-ghostty") || starts_with(t->term, "alacritty");
}

/* Where the width of a line and a block is tried: row 2, because a report for row 1 looks like a
 * function key. The screen is drawn over it at once. */
#define ASK_WIDTH "\033[2;1H\xe2\x94\x80\xe2\x96\x80\033[6n\r"

#define ASK_LARGEST "\033[?2;1;0S" /* XTSMGRAPHICS: the largest sixel picture */

static void ask_size(struct bytes *to)
{
    bytes_text(to, "\033[14t"); /* size of all cells */
    bytes_text(to, "\033[16t"); /* size of one */
}

void caps_ask(struct caps *c, const char *term, struct bytes *to)
{
    static const char *const silent[] = {"linux", "vt", "dumb", "sun", "cons25", "ansi", "hurd"};
    for (unsigned i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        if (starts_with(term, silent[i])) {
            c->answered = true;
            return;
        }
    }
    if (c->utf8) {
        c->asked_width = true;
        bytes_text(to, ASK_WIDTH);
    }
    ask_size(to);          /* first, so that pictures have their size when they become pixels */
    if (!c->multiplexer) { /* there it would become the window's title */
        kitty_query(to, QUERY_ID);
    }
    bytes_text(to, "\033[>0q");     /* XTVERSION */
    bytes_text(to, "\033[?1;1;0S"); /* XTSMGRAPHICS: colour registers */
    bytes_text(to, ASK_LARGEST);
    bytes_text(to, "\033[?2026$p"); /* synchronized output? */
    bytes_text(to, "\033[c");       /* DA1: every terminal answers, last of all */
}

void caps_ask_size(const struct caps *c, struct bytes *to)
{
    if (c->told >= TOLD_AREA) { /* it did when it was asked before */
        ask_size(to);
    }
    if (c->sixel && c->sixel_width) {
        bytes_text(to, ASK_LARGEST);
    }
}

static bool one_of(const char *text, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (starts_with(text, names[i])) {
            return true;
        }
    }
    return false;
}

#define ONE_OF(text, names) one_of(text, names, sizeof(names) / sizeof(names)[0])

static bool on_version(struct caps *c, const char *text)
{
    static const char *const able[] = {"kitty",     "WezTerm", "foot",    "ghostty",
                                       "iTerm2",    "contour", "Konsole", "mintty",
                                       "Alacritty", "VTE",     "tmux",    "XTerm"};
    static const char *const images[] = {"iTerm2", "WezTerm", "Konsole", "mintty", "Rio"};
    const struct caps before = *c;
    text_copy(c->version, sizeof c->version, text_printable(text) ? text : "?");
    if (ONE_OF(text, able)) {
        c->truecolor = c->repeats = true;
    }
    if (starts_with(text, "tmux")) {
        c->multiplexer = true;
    }
    c->iterm2 = ONE_OF(text, images) && !c->multiplexer;
    return c->truecolor != before.truecolor || c->iterm2 != before.iterm2;
}

static bool on_cursor(struct caps *c, const struct input_event *e)
{
    if (!c->asked_width) {
        return false;
    }
    c->asked_width = false;
    c->wide_lines = e->arg[0] == 2 && e->arg[1] > 3;
    return c->wide_lines;
}

static bool set_cell(struct caps *c, enum caps_told who, unsigned height, unsigned width)
{
    double aspect = width > 0 ? (double)height / width : 0;
    bool likely = width >= CELL_LEAST && height <= CELL_MOST && aspect >= 0.5 && aspect <= 5;
    if (!likely || who < c->told) {
        return false;
    }
    bool other = c->cell_w != width || c->cell_h != height;
    c->told = who;
    c->cell_w = width;
    c->cell_h = height;
    c->cell_aspect = aspect;
    return other;
}

static bool on_area(struct caps *c, enum caps_told who, int height, int width)
{
    bool known = c->cols && c->rows && height > 0 && width > 0;
    return known && set_cell(c, who, (unsigned)height / c->rows, (unsigned)width / c->cols);
}

static bool on_sixel(struct caps *c, const struct input_event *e)
{
    if (e->arg[1] != 0 || e->arg[2] <= 0) {
        return false; /* it knows the question, not the answer */
    }
    unsigned *what = e->arg[0] == 1 ? &c->registers : &c->sixel_width;
    bool other = *what != (unsigned)e->arg[2];
    *what = (unsigned)e->arg[2];
    return other && c->sixel;
}

/* Level first, then what it has: 4 is sixel. */
static bool on_device(struct caps *c, const struct input_event *e)
{
    bool before = c->sixel;
    for (unsigned i = 1; i < e->n; i++) {
        c->sixel = c->sixel || e->arg[i] == 4;
    }
    c->answered = true;
    c->asked_width = false;
    return c->sixel != before;
}

static bool on_graphics(struct caps *c, const char *text)
{
    bool before = c->kitty;
    c->kitty = c->kitty || !strcmp(text, "OK");
    return c->kitty != before;
}

bool caps_on_report(struct caps *c, const struct input_event *e)
{
    switch (e->report) {
    case REPORT_VERSION:
        return on_version(c, e->text);
    case REPORT_CURSOR:
        return on_cursor(c, e);
    case REPORT_CELL_SIZE:
        return e->arg[1] > 0 && e->arg[2] > 0 &&
               set_cell(c, TOLD_CELL, (unsigned)e->arg[1], (unsigned)e->arg[2]);
    case REPORT_AREA_SIZE:
        return on_area(c, TOLD_AREA, e->arg[1], e->arg[2]);
    case REPORT_SIXEL:
        return on_sixel(c, e);
    case REPORT_GRAPHICS:
        return on_graphics(c, e->text);
    case REPORT_MODE:
        if (e->arg[0] == 2026) {
            c->synchronized_output = e->arg[1] == 1 || e->arg[1] == 2;
        }
        return false;
    case REPORT_DEVICE:
        return on_device(c, e);
    case REPORT_STATUS:
        return false;
    }
    return false;
}

bool caps_on_size(struct caps *c, const struct tty_size *size)
{
    c->cols = size->cols;
    c->rows = size->rows;
    return on_area(c, TOLD_DEVICE, (int)size->height_px, (int)size->width_px);
}
