/* SPDX-License-Identifier: MIT */
#ifndef TUI_BYTES_H
#define TUI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing buffer of bytes for the terminal. Its failure is sticky: what did not fit is left out,
 * failed says so. */
struct bytes {
    uint8_t *at;
    size_t len, cap;
    bool failed;
};

void bytes_fini(struct bytes *b);
bool bytes_reserve(struct bytes *b, size_t more); /* room for that many more */
void bytes_add(struct bytes *b, const void *p, size_t len);
void bytes_text(struct bytes *b, const char *s);
void bytes_printf(struct bytes *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void bytes_number(struct bytes *b, unsigned n); /* decimal */
void bytes_utf8(struct bytes *b, uint32_t cp);
void bytes_clear(struct bytes *b); /* keeps the room */

#endif
