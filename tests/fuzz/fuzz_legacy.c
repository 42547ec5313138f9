/* SPDX-License-Identifier: MIT */
/* Legacy datagrams: each is a length (u16) and so many bytes; length 0xffff is a silence. */
#include <stdlib.h>
#include <string.h>

#include "proto/legacy.h"
#include "proto/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct legacy *l, size_t picture)
{
    static const uint8_t soi[] = {0xff, 0xd8}, eoi[] = {0xff, 0xd9};
    if (l->len > l->cap || (picture > 0 && l->inside))
        abort();
    if (picture == 0)
        return;
    if (picture < 4 || picture > l->len || memcmp(l->buf, soi, 2) != 0 ||
        memcmp(l->buf + picture - 2, eoi, 2) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CAP = 4096, SILENCE = 0xffff };
    uint8_t *buf = malloc(CAP);
    if (!buf)
        return 0;
    struct legacy l;
    struct wire_in in = wire_in(data, size);
    legacy_init(&l, buf, CAP);
    uint64_t datagrams = 0;
    while (wire_left(&in) >= 2) {
        size_t len = wire_u16(&in);
        if (len == SILENCE) {
            legacy_reset(&l);
            continue;
        }
        len = len < wire_left(&in) ? len : wire_left(&in);
        look_at(&l, legacy_add(&l, wire_bytes(&in, len), len));
        datagrams++;
    }
    if (l.pictures + l.torn + l.foreign > datagrams + l.torn)
        abort();
    free(buf);
    return 0;
}
