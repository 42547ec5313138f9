/* SPDX-License-Identifier: MIT */
#ifndef TUI_CAPS_H
#define TUI_CAPS_H

#include <stdbool.h>

#include "tui/bytes.h"
#include "tui/cell.h"
#include "tui/input.h"
#include "tui/tty.h"

/* What the terminal can do: first from its TERM, colours and character set, then bettered by each
 * answer to the questions asked at the start, whenever it comes. Nothing waits for answers. Pure.
 */

/* Who told the size of a cell, from the one believed least. */
enum caps_told { TOLD_NOBODY, TOLD_DEVICE, TOLD_AREA, TOLD_CELL };

enum {
    CAPS_REGISTERS = 256,     /* of colour, for sixel, where the terminal does not tell */
    CAPS_REGISTERS_LEAST = 64 /* fewer look worse than symbols do */
};

struct caps {
    bool utf8;
    bool wide_lines; /* ambiguous characters take two columns: ASCII lines and pictures */
    bool no_color;
    bool multiplexer; /* tmux or screen: what they do not know does not get through */
    int colors;       /* curses' */
    bool truecolor;
    bool kitty, iterm2, sixel; /* ways to show pixels, each proven by an answer */
    unsigned registers;        /* of colour, for sixel … */
    unsigned sixel_width;      /* … and the widest picture in pixels; 0: any */
    bool synchronized_output;
    bool repeats;            /* REP, as far as is known from its name */
    double cell_aspect;      /* height by width of a cell */
    unsigned cell_w, cell_h; /* pixels; 0: not known */
    enum caps_told told;
    unsigned cols, rows;
    bool asked_width;       /* waiting for the cursor's place */
    bool answered;          /* DA1 came: no more answers will */
    enum tui_mode insisted; /* asked for by name: needs no proof */
    char version[INPUT_TEXT];
};

/* Questions for the terminal, to be sent before curses' first bytes; none to terminals that print
 * what they do not know. */
void caps_init(struct caps *c, const struct tui_terminal *t, const char *charset, int colors);
void caps_ask(struct caps *c, const char *term, struct bytes *to);

/* What depends on the size of the window and its letters, again: as far as the terminal told it
 * before. */
void caps_ask_size(const struct caps *c, struct bytes *to);

/* True when something that is drawn differently has changed. */
bool caps_on_report(struct caps *c, const struct input_event *e);

/* From TIOCGWINSZ, at the start and when it changes; some terminals fill in pixels. */
bool caps_on_size(struct caps *c, const struct tty_size *size);

bool caps_ascii(const struct caps *c);

/* What a wanted mode comes to here, and the modes that can be chosen (AUTO: never one of them). A
 * mode is possible here when the terminal has proven it, or when it can be asked for in vain. */
enum tui_mode caps_mode(const struct caps *c, enum tui_mode wanted);
enum tui_mode caps_next_mode(const struct caps *c, enum tui_mode now);
bool caps_pixels(enum tui_mode mode); /* it shows pixels, not cells */

/* How cells are drawn; in modes of pixels, where these must give way. */
enum cell_colors caps_colors(const struct caps *c, enum tui_mode mode);
enum tui_symbols caps_symbols(const struct caps *c, enum tui_mode mode, enum tui_symbols wanted);

#endif
