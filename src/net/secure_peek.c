/* SPDX-License-Identifier: MIT */
/* What can be said of a datagram by looking at it: RFC 6347, 4.1 (record) and 4.2.2 (handshake). */
#include "net/secure.h"

enum {
    RECORD_HEADER = 13,    /* type, version 2, epoch 2, sequence 6, length 2 */
    HANDSHAKE_HEADER = 12, /* type, length 3, message sequence 2, offset 3, fragment length 3 */
    RANDOM_BYTES = 32,
    TYPE_FIRST = 20,
    TYPE_LAST = 25,
    TYPE_HANDSHAKE = 22,
    CLIENT_HELLO = 1,
};

static unsigned u16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t u24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | u16(p + 1);
}

static bool is_record(const uint8_t *d, size_t len)
{
    if (len < RECORD_HEADER || d[0] < TYPE_FIRST || d[0] > TYPE_LAST)
        return false;
    bool version = d[1] == 0xfe && (d[2] == 0xff || d[2] == 0xfd);
    return version && u16(d + 11) <= len - RECORD_HEADER;
}

enum secure_kind secure_peek(const uint8_t *d, size_t len)
{
    if (!is_record(d, len))
        return SECURE_FOREIGN;
    if (u16(d + 3) != 0)
        return SECURE_RECORD;
    bool hello = d[0] == TYPE_HANDSHAKE && u16(d + 11) >= HANDSHAKE_HEADER &&
                 d[RECORD_HEADER] == CLIENT_HELLO;
    return hello ? SECURE_HELLO : SECURE_EPOCH0;
}

const uint8_t *secure_hello_random(const uint8_t *d, size_t len)
{
    if (secure_peek(d, len) != SECURE_HELLO)
        return NULL;
    size_t record = u16(d + 11);
    const uint8_t *h = d + RECORD_HEADER;
    uint32_t body = u24(h + 1);
    bool whole = u24(h + 6) == 0 && u24(h + 9) == body && HANDSHAKE_HEADER + body <= record;
    if (!whole || body < 2 + RANDOM_BYTES)
        return NULL;
    return h + HANDSHAKE_HEADER + 2;
}
