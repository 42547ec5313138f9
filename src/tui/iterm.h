/* SPDX-License-Identifier: MIT */
#ifndef TUI_ITERM_H
#define TUI_ITERM_H

#include "tui/bytes.h"

/* Appends a picture as iTerm2 and others take it (iTerm2's documentation, "Images"; the cursor's
 * part is WezTerm's): the JPEG file itself in one OSC sequence, drawn with its upper left corner in
 * the cell of the cursor and scaled to cols x rows cells, whatever its shape. Where the terminal
 * knows doNotMoveCursor, the cursor stays; elsewhere it goes behind the picture. -EINVAL: no file
 * or no cells; -ENOMEM: see to->failed. */
int iterm_image(struct bytes *to, const uint8_t *jpeg, size_t len, unsigned cols, unsigned rows);

#endif
