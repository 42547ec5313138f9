/* SPDX-License-Identifier: MIT */
#include "tui/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

void bytes_fini(struct bytes *b)
{
    mem_free(b->at);
    *b = (struct bytes){0};
}

bool bytes_reserve(struct bytes *b, size_t more)
{
    if (b->cap - b->len >= more) {
        return true;
    }
    size_t cap = b->cap ? b->cap * 2 : 1024;
    while (cap - b->len < more) {
        cap *= 2;
    }
    uint8_t *at = mem_grow(b->at, cap, 1);
    if (!at) {
        b->failed = true;
        return false;
    }
    b->at = at;
    b->cap = cap;
    return true;
}

void bytes_add(struct bytes *b, const void *p, size_t len)
{
    if (len && bytes_reserve(b, len)) {
        memcpy(b->at + b->len, p, len);
        b->len += len;
    }
}

void bytes_text(struct bytes *b, const char *s)
{
    bytes_add(b, s, strlen(s));
}

void bytes_printf(struct bytes *b, const char *fmt, ...)
{
    char line[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (n > 0) {
        bytes_add(b, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    }
}

void bytes_number(struct bytes *b, unsigned n)
{
    char digits[12];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    bytes_add(b, digits + at, sizeof digits - at);
}

void bytes_utf8(struct bytes *b, uint32_t cp)
{
    uint8_t u[4];
    size_t n;
    if (cp < 0x80) {
        u[0] = (uint8_t)cp;
        n = 1;
    } else if (cp < 0x800) {
        u[0] = (uint8_t)(0xc0 | cp >> 6);
        u[1] = (uint8_t)(0x80 | (cp & 0x3f));
        n = 2;
    } else if (cp < 0x10000) {
        u[0] = (uint8_t)(0xe0 | cp >> 12);
        u[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
        u[2] = (uint8_t)(0x80 | (cp & 0x3f));
        n = 3;
    } else {
        u[0] = (uint8_t)(0xf0 | cp >> 18);
        u[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
        u[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
        u[3] = (uint8_t)(0x80 | (cp & 0x3f));
        n = 4;
    }
    bytes_add(b, u, n);
}

void bytes_clear(struct bytes *b)
{
    b->len = 0;
}
