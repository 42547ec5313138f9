/* SPDX-License-Identifier: MIT */
/* Messages about cameras: which there are, which one is wanted, what its stream is like. */
#include <string.h>

#include "proto/packet_codec.h"
#include "util/parse.h"
#include "util/text.h"

static bool name_valid(const char name[PROTO_NAME_MAX + 1])
{
    size_t len = strnlen(name, PROTO_NAME_MAX + 1);
    return len <= PROTO_NAME_MAX && parse_camera_name(name, len);
}

/* A picture's size, both sides 0 if it is not known. */
static bool size_valid(uint16_t width, uint16_t height)
{
    return width <= PROTO_SIDE_MAX && height <= PROTO_SIDE_MAX && !width == !height;
}

/* Of a version that is not ours the rest has a layout that we do not know. */
static bool version_ours(struct wire_in *w, uint8_t version)
{
    if (version != PROTO_VERSION)
        wire_bytes(w, wire_left(w));
    return version == PROTO_VERSION;
}

static void put_version(struct wire_out *w, uint8_t version)
{
    wire_put_u8(w, version);
    if (version != PROTO_VERSION)
        w->bad = true;
}

/* CATALOGUE? */

static void catalogue_ask_put(const struct packet *p, struct wire_out *w)
{
    put_version(w, p->catalogue_ask.version);
    wire_put_u16(w, p->catalogue_ask.first);
}

static void catalogue_ask_get(struct wire_in *w, struct packet *p)
{
    struct packet_catalogue_ask *m = &p->catalogue_ask;
    *m = (struct packet_catalogue_ask){.version = wire_u8(w)};
    if (!version_ours(w, m->version))
        return;
    m->first = wire_u16(w);
}

static bool catalogue_ask_valid(const struct packet *p)
{
    return p->catalogue_ask.first < PROTO_CAMERAS_MAX;
}

const struct packet_codec packet_catalogue_ask_codec = {catalogue_ask_put, catalogue_ask_get,
                                                        catalogue_ask_valid};

/* CATALOGUE */

static void camera_put(const struct packet_camera *c, struct wire_out *w)
{
    wire_put_string(w, c->name);
    wire_put_u16(w, c->width);
    wire_put_u16(w, c->height);
    wire_put_u32(w, c->millihertz);
    wire_put_u8(w, c->state);
}

static void camera_get(struct wire_in *w, struct packet_camera *c)
{
    wire_string(w, c->name, sizeof c->name);
    c->width = wire_u16(w);
    c->height = wire_u16(w);
    c->millihertz = wire_u32(w);
    c->state = wire_u8(w);
}

static bool camera_valid(const struct packet_camera *c)
{
    return name_valid(c->name) && size_valid(c->width, c->height) && c->state <= CAMERA_OFFLINE;
}

static void catalogue_put(const struct packet *p, struct wire_out *w)
{
    const struct packet_catalogue *m = &p->catalogue;
    wire_put_u16(w, m->total);
    wire_put_u16(w, m->first);
    wire_put_u8(w, m->n);
    for (unsigned i = 0; i < m->n; i++)
        camera_put(&m->camera[i], w);
}

static void catalogue_get(struct wire_in *w, struct packet *p)
{
    struct packet_catalogue *m = &p->catalogue;
    m->total = wire_u16(w);
    m->first = wire_u16(w);
    m->n = wire_u8(w);
    for (unsigned i = 0; i < m->n && i < PACKET_CAMERAS; i++)
        camera_get(w, &m->camera[i]);
}

static bool catalogue_valid(const struct packet *p)
{
    const struct packet_catalogue *m = &p->catalogue;
    if (m->total > PROTO_CAMERAS_MAX || m->n > PACKET_CAMERAS || m->first + m->n > m->total)
        return false;
    /* An empty part only behind the end, else asking for the next one would never end. */
    if (m->n == 0 && m->first < m->total)
        return false;
    for (unsigned i = 0; i < m->n; i++)
        if (!camera_valid(&m->camera[i]))
            return false;
    return true;
}

const struct packet_codec packet_catalogue_codec = {catalogue_put, catalogue_get, catalogue_valid};

/* SUBSCRIBE */

enum { SUBSCRIBE_FLAGS = SUBSCRIBE_REACH_BACK | SUBSCRIBE_PAUSE };

static void subscribe_put(const struct packet *p, struct wire_out *w)
{
    const struct packet_subscribe *m = &p->subscribe;
    put_version(w, m->version);
    wire_put_u8(w, m->flags);
    wire_put_u16(w, m->serial);
    wire_put_u64(w, m->token);
    wire_put_u16(w, m->width);
    wire_put_u16(w, m->height);
    wire_put_u32(w, m->millihertz);
    wire_put_u16(w, m->window_ms);
    wire_put_string(w, m->camera);
}

static void subscribe_get(struct wire_in *w, struct packet *p)
{
    struct packet_subscribe *m = &p->subscribe;
    *m = (struct packet_subscribe){.version = wire_u8(w)};
    if (!version_ours(w, m->version))
        return;
    m->flags = wire_u8(w) & SUBSCRIBE_FLAGS;
    m->serial = wire_u16(w);
    m->token = wire_u64(w);
    m->width = wire_u16(w);
    m->height = wire_u16(w);
    m->millihertz = wire_u32(w);
    m->window_ms = wire_u16(w);
    wire_string(w, m->camera, sizeof m->camera);
}

static bool subscribe_valid(const struct packet *p)
{
    const struct packet_subscribe *m = &p->subscribe;
    return (m->flags & ~SUBSCRIBE_FLAGS) == 0 && m->width <= PROTO_SIDE_MAX &&
           m->height <= PROTO_SIDE_MAX && (m->camera[0] == '\0' || name_valid(m->camera));
}

const struct packet_codec packet_subscribe_codec = {subscribe_put, subscribe_get, subscribe_valid};

/* STREAM */

static void stream_put(const struct packet *p, struct wire_out *w)
{
    const struct packet_stream *m = &p->stream;
    wire_put_u16(w, m->serial);
    wire_put_u16(w, m->change);
    wire_put_u64(w, m->boot);
    wire_put_u64(w, m->clock_us);
    wire_put_u16(w, m->width);
    wire_put_u16(w, m->height);
    wire_put_u16(w, m->full_width);
    wire_put_u16(w, m->full_height);
    wire_put_u32(w, m->millihertz);
    wire_put_u8(w, m->tier);
    wire_put_u8(w, m->state);
    wire_put_u8(w, m->tiers_down);
    wire_put_u8(w, m->left_out);
    wire_put_u16(w, m->stride);
    wire_put_u32(w, m->next_frame);
    wire_put_string(w, m->camera);
    wire_put_string(w, m->why);
}

static void stream_get(struct wire_in *w, struct packet *p)
{
    struct packet_stream *m = &p->stream;
    m->serial = wire_u16(w);
    m->change = wire_u16(w);
    m->boot = wire_u64(w);
    m->clock_us = wire_u64(w);
    m->width = wire_u16(w);
    m->height = wire_u16(w);
    m->full_width = wire_u16(w);
    m->full_height = wire_u16(w);
    m->millihertz = wire_u32(w);
    m->tier = wire_u8(w);
    m->state = wire_u8(w);
    m->tiers_down = wire_u8(w);
    m->left_out = wire_u8(w);
    m->stride = wire_u16(w);
    m->next_frame = wire_u32(w);
    wire_string(w, m->camera, sizeof m->camera);
    wire_string(w, m->why, sizeof m->why);
}

static bool stream_valid(const struct packet *p)
{
    const struct packet_stream *m = &p->stream;
    if (!size_valid(m->width, m->height) || !size_valid(m->full_width, m->full_height))
        return false;
    if (m->tier >= PROTO_TIERS || m->tiers_down > m->tier || m->state > CAMERA_OFFLINE ||
        m->stride < PROTO_STRIDE_MIN || m->stride > PROTO_STRIDE_MAX)
        return false;
    return name_valid(m->camera) && memchr(m->why, '\0', sizeof m->why) && text_printable(m->why);
}

const struct packet_codec packet_stream_codec = {stream_put, stream_get, stream_valid};
