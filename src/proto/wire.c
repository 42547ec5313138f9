/* SPDX-License-Identifier: MIT */
#include "proto/wire.h"

#include <string.h>

#include "util/text.h"

size_t wire_left(const struct wire_in *w)
{
    return (size_t)(w->end - w->at);
}

bool wire_done(const struct wire_in *w)
{
    return !w->bad && w->at == w->end;
}

const uint8_t *wire_bytes(struct wire_in *w, size_t len)
{
    if (w->bad || len > wire_left(w)) {
        w->bad = true;
        return NULL;
    }
    const uint8_t *bytes = w->at;
    w->at += len;
    return bytes;
}

static uint64_t get(struct wire_in *w, size_t len)
{
    const uint8_t *bytes = wire_bytes(w, len);
    uint64_t v = 0;
    for (size_t i = 0; bytes && i < len; i++)
        v = v << 8 | bytes[i];
    return v;
}

uint8_t wire_u8(struct wire_in *w)
{
    return (uint8_t)get(w, 1);
}

uint16_t wire_u16(struct wire_in *w)
{
    return (uint16_t)get(w, 2);
}

uint32_t wire_u32(struct wire_in *w)
{
    return (uint32_t)get(w, 4);
}

uint64_t wire_u64(struct wire_in *w)
{
    return get(w, 8);
}

void wire_string(struct wire_in *w, char *buf, size_t cap)
{
    size_t len = wire_u8(w);
    const uint8_t *bytes = wire_bytes(w, len);
    buf[0] = '\0';
    if (!bytes)
        return;
    if (len >= cap || memchr(bytes, '\0', len)) {
        w->bad = true;
        return;
    }
    memcpy(buf, bytes, len);
    buf[len] = '\0';
    if (!text_printable(buf))
        w->bad = true;
}

void wire_put_bytes(struct wire_out *w, const void *bytes, size_t len)
{
    if (w->bad || len > (size_t)(w->end - w->at)) {
        w->bad = true;
        return;
    }
    if (len > 0)
        memcpy(w->at, bytes, len);
    w->at += len;
}

static void put(struct wire_out *w, uint64_t v, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(v >> 8 * (len - 1 - i));
    wire_put_bytes(w, bytes, len);
}

void wire_put_u8(struct wire_out *w, uint8_t v)
{
    put(w, v, 1);
}

void wire_put_u16(struct wire_out *w, uint16_t v)
{
    put(w, v, 2);
}

void wire_put_u32(struct wire_out *w, uint32_t v)
{
    put(w, v, 4);
}

void wire_put_u64(struct wire_out *w, uint64_t v)
{
    put(w, v, 8);
}

void wire_put_string(struct wire_out *w, const char *s)
{
    size_t len = strlen(s);
    if (len > UINT8_MAX) {
        w->bad = true;
        return;
    }
    wire_put_u8(w, (uint8_t)len);
    wire_put_bytes(w, s, len);
}

size_t wire_len(const struct wire_out *w)
{
    return w->bad ? 0 : (size_t)(w->at - w->start);
}
