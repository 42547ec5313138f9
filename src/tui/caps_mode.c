/* SPDX-License-Identifier: MIT */
#include "tui/caps.h"

/* Which ways to show pictures what is known leaves. */

const char *const tui_mode_names[] = {"auto", "kitty", "iterm2", "sixel", "truecolor",
                                      "256",  "16",    "ascii",  "off",   NULL};
const char *const tui_symbols_names[] = {"half",    "quad",  "block", "sextant",
                                         "braille", "ascii", NULL};

bool caps_ascii(const struct caps *c)
{
    return !c->utf8 || c->wide_lines;
}

bool caps_pixels(enum tui_mode mode)
{
    return mode == TUI_MODE_KITTY || mode == TUI_MODE_ITERM2 || mode == TUI_MODE_SIXEL;
}

enum { SIXEL_COLORS_LEAST = 16 };

static bool proven(const struct caps *c, enum tui_mode mode)
{
    switch (mode) {
    case TUI_MODE_KITTY:
        return c->kitty;
    case TUI_MODE_ITERM2:
        return c->iterm2;
    default:
        return c->sixel;
    }
}

/* Sixels are as large as they are, so the cells' size must be known; the others are scaled by the
 * terminal. */
static bool possible(const struct caps *c, enum tui_mode mode)
{
    if (caps_pixels(mode)) {
        bool granted = mode == c->insisted || (proven(c, mode) && !c->no_color);
        bool fits = c->cell_h && c->registers >= SIXEL_COLORS_LEAST;
        return granted && (mode != TUI_MODE_SIXEL || fits);
    }
    switch (mode) {
    case TUI_MODE_TRUECOLOR: /* asked for in vain at worst: terminals take the nearest */
    case TUI_MODE_256:
    case TUI_MODE_16:
        return !c->no_color && !caps_ascii(c) && c->colors >= 8;
    default:
        return mode != TUI_MODE_AUTO;
    }
}

static enum tui_mode best_cells(const struct caps *c)
{
    if (!possible(c, TUI_MODE_16)) {
        return TUI_MODE_ASCII;
    }
    return c->truecolor ? TUI_MODE_TRUECOLOR : c->colors >= 256 ? TUI_MODE_256 : TUI_MODE_16;
}

static enum tui_mode best(const struct caps *c)
{
    static const enum tui_mode pixels[] = {TUI_MODE_KITTY, TUI_MODE_ITERM2, TUI_MODE_SIXEL};
    for (unsigned i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        bool coarse = pixels[i] == TUI_MODE_SIXEL && c->registers < CAPS_REGISTERS_LEAST;
        if (proven(c, pixels[i]) && possible(c, pixels[i]) && !coarse) {
            return pixels[i];
        }
    }
    return best_cells(c);
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
    switch (caps_pixels(mode) ? best_cells(c) : mode) {
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
    enum tui_mode cells = caps_pixels(mode) ? best_cells(c) : mode;
    return cells == TUI_MODE_ASCII || caps_ascii(c) ? TUI_SYMBOLS_ASCII : wanted;
}
