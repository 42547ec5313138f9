/* SPDX-License-Identifier: MIT */
#include "tui/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Four characters for three bytes. */
static void write_group(uint8_t *to, uint32_t group)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)alphabet[group >> (18 - 6 * i) & 63];
    }
}

void base64_add(struct bytes *to, const void *p, size_t len)
{
    const uint8_t *from = p;
    if (!len || !bytes_reserve(to, (len + 2) / 3 * 4)) {
        return;
    }
    uint8_t *at = to->at + to->len;
    for (; len >= 3; from += 3, at += 4, len -= 3) {
        write_group(at, (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2]);
    }
    if (len) {
        write_group(at, (uint32_t)from[0] << 16 | (len > 1 ? (uint32_t)from[1] << 8 : 0));
        at[2] = len > 1 ? at[2] : '=';
        at[3] = '=';
        at += 4;
    }
    to->len = (size_t)(at - to->at);
}
