/* SPDX-License-Identifier: MIT */
#include "tui/glyph.h"

#include <string.h>
#include <wchar.h>

#include "util/text.h"

static const struct {
    uint32_t from;
    char to;
} fallback[] = {
    {0xb7, '-'},   /* · */
    {0xd7, 'x'},   /* × */
    {0x2013, '-'}, /* – */
    {0x2026, '~'}, /* … */
    {0x2190, '<'}, /* ← */
    {0x2191, '^'}, /* ↑ */
    {0x2192, '>'}, /* → */
    {0x2193, 'v'}, /* ↓ */
    {0x21e5, '>'}, /* ⇥ */
    {0x23ce, '<'}, /* ⏎ */
    {0x2500, '-'}, /* ─ */
    {0x2501, '='}, /* ━ */
    {0x2502, '|'}, /* │ */
    {0x2503, '|'}, /* ┃ */
    {0x2588, '#'}, /* █ */
    {0x25b2, '^'}, /* ▲ */
    {0x25b8, '>'}, /* ▸ */
    {0x25bc, 'v'}, /* ▼ */
    {0x25cb, 'o'}, /* ○ */
    {0x25cf, '*'}, /* ● */
    {0x2713, '+'}, /* ✓ */
};

uint32_t glyph_ascii(uint32_t cp)
{
    for (unsigned i = 0; i < sizeof fallback / sizeof fallback[0]; i++) {
        if (fallback[i].from == cp) {
            return (uint32_t)fallback[i].to;
        }
    }
    if (cp >= 0x250c && cp <= 0x257f) {
        return '+';
    }
    return cp;
}

int glyph_width(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
        return -1;
    }
    return wcwidth((wchar_t)cp);
}

int glyph_text_width(const char *utf8)
{
    size_t len = strlen(utf8);
    int width = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += text_decode(utf8 + i, len - i, &cp);
        int w = glyph_width(cp);
        width += w < 0 ? 1 : w;
    }
    return width;
}
