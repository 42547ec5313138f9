/* SPDX-License-Identifier: MIT */
#ifndef TUI_CHARSET_H
#define TUI_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/bytes.h"

/* Curses and everything inside speak UTF-8, whatever the terminal's character set: the locale of
 * the terminal need not exist on this machine, and the program's own locale is never switched.
 * What leaves is converted here, and so are the keys that come in. */
struct charset {
    bool utf8;
    uint32_t high[128]; /* the character of byte 0x80 + i; 0: none. Multibyte sets other than
                           UTF-8 are treated as ASCII */
};

void charset_init(struct charset *c, const char *name);

/* Appends UTF-8 text with escape sequences in the terminal's set; what it does not have becomes as
 * many '?' as the character is columns wide. */
void charset_encode(const struct charset *c, const uint8_t *utf8, size_t len, struct bytes *to);

/* The character that a byte >= 0x80 stands for; 0: none. Not for UTF-8. */
uint32_t charset_decode(const struct charset *c, uint8_t byte);

#endif
