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
struct caps {
    bool utf8;
    bool wide_lines; /* ambiguous characters take two columns: ASCII lines and pictures */
    bool no_color;
    int colors; /* curses' */
    bool truecolor;
    bool synchronized_output;
    bool repeats;       /* REP, as far as is known from its name */
    double cell_aspect; /* height by width of a cell */
    bool asked_width;   /* waiting for the cursor's place */
    bool answered;      /* DA1 came: no more answers will */
    char version[INPUT_TEXT];
};

/* Questions for the terminal, to be sent before curses' first bytes; none to terminals that print
 * what they do not know. */
void caps_init(struct caps *c, const struct tui_terminal *t, const char *charset, int colors);
void caps_ask(struct caps *c, const char *term, struct bytes *to);

/* True when something that is drawn differently has changed. */
bool caps_on_report(struct caps *c, const struct input_event *e);

/* From TIOCGWINSZ, when the terminal fills in pixels. */
void caps_on_size(struct caps *c, const struct tty_size *size);

bool caps_ascii(const struct caps *c);

/* What a wanted mode comes to here, and the modes that can be chosen (AUTO: never one of them). */
enum tui_mode caps_mode(const struct caps *c, enum tui_mode wanted);
enum tui_mode caps_next_mode(const struct caps *c, enum tui_mode now);
enum cell_colors caps_colors(const struct caps *c, enum tui_mode mode);
enum tui_symbols caps_symbols(const struct caps *c, enum tui_mode mode, enum tui_symbols wanted);

#endif
