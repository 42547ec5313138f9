/* SPDX-License-Identifier: MIT */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings that people read are marked for translation. */
#define _(s)  (s)
#define N_(s) (s)

/* snprintf that never leaves a torn UTF-8 sequence at the end; returns bytes written. */
size_t text_format(char *buf, size_t cap, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
size_t text_vformat(char *buf, size_t cap, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

bool text_utf8_valid(const char *s, size_t len);
size_t text_utf8_len(const char *s); /* characters; a bad byte counts as one */
bool text_printable(const char *s);  /* valid UTF-8 without control characters */

/* Makes s printable in place: a control character or a bad byte becomes '?'. */
void text_clean(char *s);

/* Decodes one character at s (n bytes are there); returns its length, *cp U+FFFD for bad bytes. */
size_t text_decode(const char *s, size_t n, uint32_t *cp);

/* A stream's name as a directory: keeps letters and digits of any script and . _ -, the rest
 * becomes _; never "." or "..", never empty, at most cap-1 bytes at a character's end. */
void text_path_name(const char *name, char *buf, size_t cap);

/* "7.9 MB", "588.1 MB" (powers of 1000); "00:10:02". buf needs 24 bytes; returned. */
char *text_bytes(uint64_t bytes, char *buf);
char *text_bits_per_second(double bits, char *buf); /* "7.9 Mb/s" */
char *text_hms(uint64_t seconds, char *buf);

/* Copies; truncates at a character's end; always terminates. */
void text_copy(char *buf, size_t cap, const char *s);

/* Makes name one that is not taken by counting up the number after its last '-': "clip" becomes
 * "clip-2", "clip-2" becomes "clip-3". The name is shortened if it has to be. */
typedef bool text_taken_fn(void *ctx, const char *name);
void text_number(char *name, size_t cap, text_taken_fn *taken, void *ctx);

#endif
