/* SPDX-License-Identifier: MIT */
#ifndef TUI_GLYPH_H
#define TUI_GLYPH_H

#include <stdbool.h>
#include <stdint.h>

/* What lies in curses' window under pictures: not a blank, so that curses never shortens a line
 * with ESC [ K over it, and past U+00FF, so that curses neither repeats it (REP) nor moves its
 * cursor by writing it again; it looks empty. */
#define GLYPH_SENTINEL 0x2002u

/* The same in ASCII for characters that the screen's own texts use, and that are missing or two
 * columns wide on some terminals; other characters come back as they are. */
uint32_t glyph_ascii(uint32_t cp);

/* Columns that a character takes; 0 for combining ones, -1 for what cannot be shown. Needs the
 * thread's locale to be a UTF-8 one. */
int glyph_width(uint32_t cp);
int glyph_text_width(const char *utf8);

#endif
