/* SPDX-License-Identifier: MIT */
#ifndef TUI_LINEEDIT_H
#define TUI_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/draw.h"

/* One line of text being edited: UTF-8, at most LINEEDIT_MAX - 1 bytes. Pure but for drawing. */
enum { LINEEDIT_MAX = 384 };

struct lineedit {
    char text[LINEEDIT_MAX];
    size_t len, at; /* bytes; at: the cursor */
};

void lineedit_set(struct lineedit *l, const char *text); /* cursor at the end */

/* True when the key meant something here: characters, Left Right Home End Backspace Delete,
 * Ctrl-A E B F H D U K W. */
bool lineedit_key(struct lineedit *l, uint32_t key);

/* In w columns, scrolled so that the cursor shows. */
void lineedit_draw(const struct lineedit *l, int y, int x, int w, enum role role);

#endif
