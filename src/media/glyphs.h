/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_GLYPHS_H
#define MEDIA_GLYPHS_H

#include <stdint.h>

/* A bitmap font of 5x7 points: digits, capital letters (small ones are shown as such) and some
 * signs; anything else is a frame. */
enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, GLYPH_ADVANCE = 6 };

/* Seven rows from the top; bit 4 is the leftmost point. Static storage. */
const uint8_t *glyph_rows(char c);

#endif
