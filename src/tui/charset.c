/* SPDX-License-Identifier: MIT */
#include "tui/charset.h"

#include <iconv.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "tui/glyph.h"
#include "util/text.h"

static uint32_t decode_byte(iconv_t cd, uint8_t byte)
{
    char in[1] = {(char)byte};
    char out[8];
    char *from = in, *to = out;
    size_t from_n = 1, to_n = sizeof out;
    uint32_t cp;
    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &from, &from_n, &to, &to_n) == (size_t)-1 || to == out) {
        return 0;
    }
    size_t len = (size_t)(to - out);
    return text_decode(out, len, &cp) == len && cp != 0xfffd && cp >= 0xa0 ? cp : 0;
}

void charset_init(struct charset *c, const char *name)
{
    memset(c, 0, sizeof *c);
    c->utf8 = !strcasecmp(name, "UTF-8") || !strcasecmp(name, "UTF8");
    iconv_t cd = c->utf8 ? (iconv_t)-1 : iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) {
        return;
    }
    for (unsigned i = 0; i < 128; i++) {
        c->high[i] = decode_byte(cd, (uint8_t)(0x80 + i));
    }
    iconv_close(cd);
}

uint32_t charset_decode(const struct charset *c, uint8_t byte)
{
    return byte >= 0x80 ? c->high[byte - 0x80] : byte;
}

static void encode_one(const struct charset *c, uint32_t cp, struct bytes *to)
{
    for (unsigned i = 0; i < 128; i++) {
        if (c->high[i] == cp) {
            bytes_add(to, (uint8_t[]){(uint8_t)(0x80 + i)}, 1);
            return;
        }
    }
    if (cp == GLYPH_SENTINEL) {
        bytes_text(to, " ");
        return;
    }
    for (int w = wcwidth((wchar_t)cp); w > 0; w--) {
        bytes_text(to, "?");
    }
}

void charset_encode(const struct charset *c, const uint8_t *utf8, size_t len, struct bytes *to)
{
    if (c->utf8) {
        bytes_add(to, utf8, len);
        return;
    }
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        if (utf8[i] < 0x80) {
            size_t n = 1;
            while (i + n < len && utf8[i + n] < 0x80) {
                n++;
            }
            bytes_add(to, utf8 + i, n);
            i += n;
            continue;
        }
        i += text_decode((const char *)utf8 + i, len - i, &cp);
        encode_one(c, cp, to);
    }
}
