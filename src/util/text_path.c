/* SPDX-License-Identifier: MIT */
#include "util/text.h"

#include <string.h>

/* The C library knows letters only in the locale it runs in; a directory's name must not depend on
 * that. So these are the blocks above ASCII that hold no letters (Unicode 15, blocks and general
 * categories), and everything else there is kept. */
static const struct {
    uint32_t first, last;
} not_letters[] = {
    {0x80, 0xa9},       {0xab, 0xb4},       {0xb6, 0xb9},        {0xbb, 0xbf},     {0xd7, 0xd7},
    {0xf7, 0xf7},       {0x2000, 0x206f},   {0x20a0, 0x20cf},    {0x2190, 0x2bff}, {0x2e00, 0x2e7f},
    {0x2ff0, 0x2fff},   {0x3000, 0x3004},   {0x3008, 0x3020},    {0x3030, 0x3030}, {0x303d, 0x3040},
    {0xa490, 0xa4cf},   {0xd800, 0xf8ff},   {0xfd3e, 0xfd4f},    {0xfdfc, 0xfe1f}, {0xfe30, 0xfe6f},
    {0xfeff, 0xff0f},   {0xff1a, 0xff20},   {0xff3b, 0xff40},    {0xff5b, 0xff65}, {0xffe0, 0xffff},
    {0x1d000, 0x1d24f}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff},
};

static bool keeps(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
               cp == '.' || cp == '_' || cp == '-';
    for (size_t i = 0; i < sizeof not_letters / sizeof *not_letters; i++) {
        if (cp >= not_letters[i].first && cp <= not_letters[i].last)
            return false;
    }
    return true;
}

void text_path_name(const char *name, char *buf, size_t cap)
{
    size_t at = 0;
    uint32_t cp;
    for (size_t left = strlen(name), n; left > 0; left -= n, name += n) {
        n = text_decode(name, left, &cp);
        bool keep = keeps(cp);
        size_t add = keep ? n : 1;
        if (at + add >= cap)
            break;
        if (keep)
            memcpy(buf + at, name, n);
        else
            buf[at] = '_';
        at += add;
    }
    if (at == 0 && cap > 1)
        buf[at++] = '_';
    if (cap > 0)
        buf[at] = '\0';
    if (cap > 0 && (strcmp(buf, ".") == 0 || strcmp(buf, "..") == 0))
        memset(buf, '_', at);
}
