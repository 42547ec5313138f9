/* SPDX-License-Identifier: MIT */
#include "util/text.h"

#include <stdio.h>
#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* Length of the sequence that lead byte c opens, the bits it carries, and the least code point
 * that needs so many bytes (anything lower is an overlong form). 0: not a lead byte. */
static size_t lead(unsigned char c, uint32_t *bits, uint32_t *least)
{
    if (c < 0x80) {
        *bits = c;
        *least = 0;
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        *bits = c & 0x1f;
        *least = 0x80;
        return 2;
    }
    if ((c & 0xf0) == 0xe0) {
        *bits = c & 0x0f;
        *least = 0x800;
        return 3;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        *bits = c & 0x07;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

size_t text_decode(const char *s, size_t n, uint32_t *cp)
{
    uint32_t v, least;
    *cp = REPLACEMENT;
    if (n == 0)
        return 0;
    size_t len = lead((unsigned char)s[0], &v, &least);
    if (len == 0 || len > n)
        return 1;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 1;
        v = v << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 1;
    *cp = v;
    return len;
}

/* A bad byte decodes to U+FFFD with length 1; a real U+FFFD has length 3. */
static bool bad(uint32_t cp, size_t len)
{
    return cp == REPLACEMENT && len == 1;
}

bool text_utf8_valid(const char *s, size_t len)
{
    uint32_t cp;
    for (size_t i = 0, n; i < len; i += n) {
        n = text_decode(s + i, len - i, &cp);
        if (bad(cp, n))
            return false;
    }
    return true;
}

size_t text_utf8_len(const char *s)
{
    uint32_t cp;
    size_t count = 0;
    for (size_t left = strlen(s), n; left > 0; left -= n, s += n, count++)
        n = text_decode(s, left, &cp);
    return count;
}

/* Controls, and the invisible characters that turn or break the line they stand in. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

bool text_printable(const char *s)
{
    uint32_t cp;
    for (size_t left = strlen(s), n; left > 0; left -= n, s += n) {
        n = text_decode(s, left, &cp);
        if (bad(cp, n) || is_control(cp))
            return false;
    }
    return true;
}

void text_clean(char *s)
{
    uint32_t cp;
    for (size_t left = strlen(s), n; left > 0; left -= n, s += n) {
        n = text_decode(s, left, &cp);
        if (bad(cp, n) || is_control(cp))
            memset(s, '?', n);
    }
}

/* How much of the len bytes at s ends at a character's end: less only if a sequence that began
 * well was cut. */
static size_t whole_len(const char *s, size_t len)
{
    uint32_t bits, least;
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)s[len - back];
        if ((c & 0xc0) == 0x80)
            continue;
        return lead(c, &bits, &least) > back ? len - back : len;
    }
    return len;
}

size_t text_vformat(char *buf, size_t cap, const char *fmt, va_list ap)
{
    if (cap == 0)
        return 0;
    int n = vsnprintf(buf, cap, fmt, ap);
    if (n < 0)
        n = 0;
    size_t len = (size_t)n < cap ? (size_t)n : whole_len(buf, cap - 1);
    buf[len] = '\0';
    return len;
}

size_t text_format(char *buf, size_t cap, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t len = text_vformat(buf, cap, fmt, ap);
    va_end(ap);
    return len;
}

void text_copy(char *buf, size_t cap, const char *s)
{
    if (cap == 0)
        return;
    size_t len = strlen(s);
    if (len >= cap)
        len = whole_len(s, cap - 1);
    memmove(buf, s, len);
    buf[len] = '\0';
}

static char *scaled(double value, const char *unit, char *buf)
{
    static const char prefixes[] = " kMGTPE";
    size_t i = 0;
    /* 999.95 would be shown as 1000.0 */
    for (; value >= 999.95 && i + 2 < sizeof prefixes; i++)
        value /= 1000;
    if (i == 0)
        snprintf(buf, 24, "%.0f %s", value, unit);
    else
        snprintf(buf, 24, "%.1f %c%s", value, prefixes[i], unit);
    return buf;
}

char *text_bytes(uint64_t bytes, char *buf)
{
    return scaled((double)bytes, "B", buf);
}

char *text_bits_per_second(double bits, char *buf)
{
    return scaled(bits > 0 ? bits : 0, "b/s", buf);
}

char *text_hms(uint64_t seconds, char *buf)
{
    snprintf(buf, 24, "%02llu:%02u:%02u", (unsigned long long)(seconds / 3600),
             (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    return buf;
}

/* "clip-2" is "clip" and 2; "clip" and "clip-x" have no number and count as 1. */
static unsigned split_number(const char *name, size_t *base_len)
{
    const char *dash = strrchr(name, '-');
    *base_len = strlen(name);
    if (!dash || dash == name || dash[1] < '1' || dash[1] > '9' || strlen(dash) > 9)
        return 1;
    unsigned n = 0;
    for (const char *p = dash + 1; *p; p++) {
        if (*p < '0' || *p > '9')
            return 1;
        n = n * 10 + (unsigned)(*p - '0');
    }
    *base_len = (size_t)(dash - name);
    return n;
}

void text_number(char *name, size_t cap, text_taken_fn *taken, void *ctx)
{
    size_t base_len;
    unsigned n = split_number(name, &base_len);
    while (taken(ctx, name)) {
        char digits[16];
        size_t add = (size_t)snprintf(digits, sizeof digits, "-%u", ++n);
        if (add >= cap)
            return;
        if (base_len + add >= cap)
            base_len = whole_len(name, cap - 1 - add);
        memcpy(name + base_len, digits, add + 1);
    }
}
