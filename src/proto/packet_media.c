/* SPDX-License-Identifier: MIT */
/* Messages about frames: their fragments, and how missing ones are asked for. */
#include "proto/packet_codec.h"
#include "proto/serial.h"

/* FRAGMENT */

enum { FRAGMENT_FLAGS = FRAGMENT_REPAIR | FRAGMENT_HISTORY | FRAGMENT_FIRST };

static void fragment_put_header(const struct packet_fragment *m, struct wire_out *w)
{
    wire_put_u8(w, m->tier);
    wire_put_u8(w, m->flags);
    wire_put_u8(w, m->skipped);
    wire_put_u32(w, m->frame);
    wire_put_u16(w, m->index);
    wire_put_u16(w, m->count);
    wire_put_u32(w, m->frame_bytes);
    wire_put_u64(w, m->capture_us);
}

void packet_fragment_header(const struct packet_fragment *f, uint8_t buf[PROTO_FRAGMENT_HEADER])
{
    struct wire_out w = wire_out(buf, PROTO_FRAGMENT_HEADER);
    wire_put_u8(&w, PACKET_FRAGMENT);
    fragment_put_header(f, &w);
}

static void fragment_put(const struct packet *p, struct wire_out *w)
{
    fragment_put_header(&p->fragment, w);
    wire_put_bytes(w, p->fragment.payload, p->fragment.payload_len);
}

static void fragment_get(struct wire_in *w, struct packet *p)
{
    struct packet_fragment *m = &p->fragment;
    m->tier = wire_u8(w);
    m->flags = wire_u8(w) & FRAGMENT_FLAGS;
    m->skipped = wire_u8(w);
    m->frame = wire_u32(w);
    m->index = wire_u16(w);
    m->count = wire_u16(w);
    m->frame_bytes = wire_u32(w);
    m->capture_us = wire_u64(w);
    m->payload_len = wire_left(w);
    m->payload = wire_bytes(w, m->payload_len);
}

static bool fragment_valid(const struct packet *p)
{
    const struct packet_fragment *m = &p->fragment;
    if (m->tier >= PROTO_TIERS || (m->flags & ~FRAGMENT_FLAGS) != 0)
        return false;
    if (m->count == 0 || m->count > PROTO_FRAGMENTS_MAX || m->index >= m->count)
        return false;
    if (m->frame_bytes == 0 || m->frame_bytes > PROTO_FRAME_BYTES_MAX)
        return false;
    return m->payload_len > 0 && m->payload_len <= PROTO_STRIDE_MAX &&
           m->payload_len <= m->frame_bytes;
}

const struct packet_codec packet_fragment_codec = {fragment_put, fragment_get, fragment_valid};

/* NACK */

static void nack_put(const struct packet *p, struct wire_out *w)
{
    const struct packet_nack *m = &p->nack;
    wire_put_u8(w, m->tier);
    wire_put_u32(w, m->frame);
    wire_put_u16(w, m->first);
    wire_put_u16(w, m->bytes);
    wire_put_bytes(w, m->bitmap, m->bytes);
}

static void nack_get(struct wire_in *w, struct packet *p)
{
    struct packet_nack *m = &p->nack;
    m->tier = wire_u8(w);
    m->frame = wire_u32(w);
    m->first = wire_u16(w);
    m->bytes = wire_u16(w);
    m->bitmap = wire_bytes(w, m->bytes);
}

static bool nack_valid(const struct packet *p)
{
    const struct packet_nack *m = &p->nack;
    if (m->tier >= PROTO_TIERS || m->bytes > PROTO_NACK_BITMAP_MAX)
        return false;
    if (m->bytes == 0)
        return m->first == 0;
    /* The last byte may reach over the end, but must begin before it. */
    return m->first + 8u * (m->bytes - 1u) < PROTO_FRAGMENTS_MAX;
}

const struct packet_codec packet_nack_codec = {nack_put, nack_get, nack_valid};

/* FETCH */

static void fetch_put(const struct packet *p, struct wire_out *w)
{
    wire_put_u64(w, p->fetch.boot);
    wire_put_u32(w, p->fetch.from);
    wire_put_u32(w, p->fetch.to);
}

static void fetch_get(struct wire_in *w, struct packet *p)
{
    p->fetch.boot = wire_u64(w);
    p->fetch.from = wire_u32(w);
    p->fetch.to = wire_u32(w);
}

static bool fetch_valid(const struct packet *p)
{
    int32_t further = serial_diff(p->fetch.to, p->fetch.from);
    return further >= 0 && further < PROTO_FETCH_MAX;
}

const struct packet_codec packet_fetch_codec = {fetch_put, fetch_get, fetch_valid};
