/* SPDX-License-Identifier: MIT */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bounded cursor over bytes with a sticky error: a codec is straight-line code, checked once at
 * the end. Big-endian. After an error reads give 0 and writes do nothing. */
struct wire_in {
    const uint8_t *at, *end;
    bool bad;
};
struct wire_out {
    uint8_t *at, *end, *start;
    bool bad;
};

static inline struct wire_in wire_in(const void *bytes, size_t len)
{
    return (struct wire_in){.at = bytes, .end = (const uint8_t *)bytes + len};
}
static inline struct wire_out wire_out(void *bytes, size_t cap)
{
    return (struct wire_out){.at = bytes, .end = (uint8_t *)bytes + cap, .start = bytes};
}

uint8_t wire_u8(struct wire_in *w);
uint16_t wire_u16(struct wire_in *w);
uint32_t wire_u32(struct wire_in *w);
uint64_t wire_u64(struct wire_in *w);
const uint8_t *wire_bytes(struct wire_in *w, size_t len); /* borrows; NULL after an error */
size_t wire_left(const struct wire_in *w);
bool wire_done(const struct wire_in *w); /* no error and nothing left over */

/* A string: u8 length, then that many bytes of valid UTF-8 without control characters. Into buf of
 * cap bytes, NUL-terminated; longer than cap-1 is an error. */
void wire_string(struct wire_in *w, char *buf, size_t cap);

void wire_put_u8(struct wire_out *w, uint8_t v);
void wire_put_u16(struct wire_out *w, uint16_t v);
void wire_put_u32(struct wire_out *w, uint32_t v);
void wire_put_u64(struct wire_out *w, uint64_t v);
void wire_put_bytes(struct wire_out *w, const void *bytes, size_t len);
void wire_put_string(struct wire_out *w, const char *s);
size_t wire_len(const struct wire_out *w); /* bytes written; 0 after an error */

#endif
