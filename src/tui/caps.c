/* SPDX-License-Identifier: MIT */
#include "tui/caps.h"

#include <string.h>
#include <strings.h>

#include "util/text.h"

const char *const tui_mode_names[] = {"auto", "truecolor", "256", "16", "ascii", "off", NULL};
const char *const tui_symbols_names[] = {"half",    "quad",  "block", "sextant",
                                         "braille", "ascii", NULL};

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
    *c = (struct caps){.cell_aspect = 2, .colors = colors, .no_color = t->no_color};
    c->utf8 = !strcasecmp(charset, "UTF-8") || !strcasecmp(charset, "UTF8");
    c->truecolor = !strcmp(t->colorterm, "truecolor") || !strcmp(t->colorterm, "24bit") ||
                   ends_with(t->term, "-direct") || starts_with(t->term, "xterm-kitty") ||
                   starts_with(t->term, "foot") || starts_with(t->term, "wezterm") ||
                   starts_with(t->term, "xterm-ghostty") || starts_with(t->term, "alacritty");
}

/* Where the width of a line and a block is tried: row 2, because a report for row 1 looks like a
 * function key. The screen is drawn over it at once. */
#define ASK_WIDTH "\033[2;1H\xe2\x94\x80\xe2\x96\x80\033[6n\r"

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
    bytes_text(to, "\033[>0q");     /* XTVERSION */
    bytes_text(to, "\033[16t");     /* size of a cell */
    bytes_text(to, "\033[?2026$p"); /* synchronized output? */
    bytes_text(to, "\033[c");       /* DA1: every terminal answers, last of all */
}

static bool on_version(struct caps *c, const char *text)
{
    static const char *const able[] = {"kitty",     "WezTerm", "foot",    "ghostty",
                                       "iTerm2",    "contour", "Konsole", "mintty",
                                       "Alacritty", "VTE",     "tmux",    "XTerm"};
    text_copy(c->version, sizeof c->version, text_printable(text) ? text : "?");
    for (unsigned i = 0; i < sizeof able / sizeof able[0]; i++) {
        if (starts_with(text, able[i])) {
            bool better = !c->truecolor;
            c->truecolor = c->repeats = true;
            return better;
        }
    }
    return false;
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

static bool set_aspect(struct caps *c, double height, double width)
{
    double aspect = width > 0 ? height / width : 0;
    if (aspect < 0.5 || aspect > 5 || aspect == c->cell_aspect) {
        return false;
    }
    c->cell_aspect = aspect;
    return true;
}

bool caps_on_report(struct caps *c, const struct input_event *e)
{
    switch (e->report) {
    case REPORT_VERSION:
        return on_version(c, e->text);
    case REPORT_CURSOR:
        return on_cursor(c, e);
    case REPORT_CELL_SIZE:
        return set_aspect(c, e->arg[1], e->arg[2]);
    case REPORT_MODE:
        if (e->arg[0] == 2026) {
            c->synchronized_output = e->arg[1] == 1 || e->arg[1] == 2;
        }
        return false;
    case REPORT_DEVICE:
        c->answered = true;
        c->asked_width = false;
        return false;
    case REPORT_STATUS:
        return false;
    }
    return false;
}

void caps_on_size(struct caps *c, const struct tty_size *size)
{
    if (size->width_px && size->height_px) {
        set_aspect(c, (double)size->height_px / size->rows, (double)size->width_px / size->cols);
    }
}

bool caps_ascii(const struct caps *c)
{
    return !c->utf8 || c->wide_lines;
}

static bool possible(const struct caps *c, enum tui_mode mode)
{
    bool colors = !c->no_color && !caps_ascii(c);
    switch (mode) {
    case TUI_MODE_TRUECOLOR:
    case TUI_MODE_256:
        return colors &&
               c->colors >= 8; /* asked for in vain at worst: terminals take the nearest */
    case TUI_MODE_16:
        return colors && c->colors >= 8;
    default:
        return mode != TUI_MODE_AUTO;
    }
}

static enum tui_mode best(const struct caps *c)
{
    if (!possible(c, TUI_MODE_16)) {
        return TUI_MODE_ASCII;
    }
    return c->truecolor ? TUI_MODE_TRUECOLOR : c->colors >= 256 ? TUI_MODE_256 : TUI_MODE_16;
}

enum tui_mode caps_mode(const struct caps *c, enum tui_mode wanted)
{
    return possible(c, wanted) ? wanted : best(c);
}

enum tui_mode caps_next_mode(const struct caps *c, enum tui_mode now)
{
    for (int i = 1; i < TUI_MODES; i++) {
        enum tui_mode m = (enum tui_mode)((now + i) % TUI_MODES);
        if (possible(c, m)) {
            return m;
        }
    }
    return now;
}

enum cell_colors caps_colors(const struct caps *c, enum tui_mode mode)
{
    switch (mode) {
    case TUI_MODE_TRUECOLOR:
        return CELL_TRUECOLOR;
    case TUI_MODE_256:
        return CELL_256;
    case TUI_MODE_16:
        return c->colors >= 16 ? CELL_16 : CELL_8;
    default:
        return CELL_MONO;
    }
}

enum tui_symbols caps_symbols(const struct caps *c, enum tui_mode mode, enum tui_symbols wanted)
{
    return mode == TUI_MODE_ASCII || caps_ascii(c) ? TUI_SYMBOLS_ASCII : wanted;
}
