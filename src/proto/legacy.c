/* SPDX-License-Identifier: MIT */
/* A datagram continues the picture under way if its markers allow that. If they do not, and it
 * begins like a JPEG, the rest of that picture was lost and here is the next one. (It may well
 * begin like that inside a header segment, which holds a thumbnail.) Every byte is looked at once
 * or, in that case, twice: at only moves forward. Marker codes: ITU-T T.81, table B.1. */
#include "proto/legacy.h"

#include <string.h>

const char LEGACY_CONNECT[7] = {'C', 'O', 'N', 'N', 'E', 'C', 'T'};

enum marker {
    MARKER_STUFFED = 0x00, /* a data byte FF */
    MARKER_TEM = 0x01,
    MARKER_RST0 = 0xd0,
    MARKER_RST7 = 0xd7,
    MARKER_SOI = 0xd8,
    MARKER_EOI = 0xd9,
    MARKER_SOS = 0xda,
    MARKER_FILL = 0xff,
};

enum walk {
    WALK_ON,
    WALK_WAIT, /* the next step needs more bytes */
    WALK_END,
    WALK_TORN,
};

bool legacy_is_connect(const uint8_t *dgram, size_t len)
{
    return len == sizeof LEGACY_CONNECT && memcmp(dgram, LEGACY_CONNECT, len) == 0;
}

void legacy_init(struct legacy *l, uint8_t *buf, size_t cap)
{
    *l = (struct legacy){.buf = buf, .cap = cap};
}

static bool is_rst(uint8_t code)
{
    return code >= MARKER_RST0 && code <= MARKER_RST7;
}

/* Passes the next FF of coded data. */
static enum walk walk_entropy(struct legacy *l)
{
    const uint8_t *ff = memchr(l->buf + l->at, 0xff, l->len - l->at);
    l->at = ff ? (size_t)(ff - l->buf) : l->len;
    if (l->at + 1 >= l->len)
        return WALK_WAIT;
    if (ff[1] == MARKER_FILL)
        l->at += 1;
    else if (ff[1] == MARKER_STUFFED || is_rst(ff[1]))
        l->at += 2;
    else
        l->entropy = false;
    return WALK_ON;
}

static enum walk walk_segment(struct legacy *l)
{
    const uint8_t *b = l->buf + l->at;
    if (l->len - l->at < 4)
        return WALK_WAIT;
    size_t segment = (size_t)b[2] << 8 | b[3];
    if (segment < 2)
        return WALK_TORN;
    l->at += 2 + segment;
    l->entropy = b[1] == MARKER_SOS;
    return WALK_ON;
}

static enum walk walk_marker(struct legacy *l)
{
    const uint8_t *b = l->buf + l->at;
    if (b[0] != 0xff)
        return WALK_TORN;
    if (l->len - l->at < 2)
        return WALK_WAIT;
    switch (b[1]) {
    case MARKER_EOI:
        l->at += 2;
        return WALK_END;
    case MARKER_FILL:
        l->at += 1;
        return WALK_ON;
    case MARKER_TEM:
        l->at += 2;
        return WALK_ON;
    case MARKER_SOI:
    case MARKER_STUFFED:
        return WALK_TORN;
    default:
        return is_rst(b[1]) ? WALK_TORN : walk_segment(l);
    }
}

static enum walk walk(struct legacy *l)
{
    enum walk w = WALK_ON;
    while (w == WALK_ON && l->at < l->len)
        w = l->entropy ? walk_entropy(l) : walk_marker(l);
    return w;
}

static enum walk append(struct legacy *l, const uint8_t *dgram, size_t len)
{
    if (len > l->cap - l->len)
        return WALK_TORN;
    memcpy(l->buf + l->len, dgram, len);
    l->len += len;
    return walk(l);
}

static bool begins_picture(const uint8_t *dgram, size_t len)
{
    return len > 2 && dgram[0] == 0xff && dgram[1] == MARKER_SOI && dgram[2] == 0xff;
}

static bool repeats_last_piece(const struct legacy *l, const uint8_t *dgram, size_t len)
{
    return len == l->piece && memcmp(l->buf + l->len - len, dgram, len) == 0;
}

void legacy_reset(struct legacy *l)
{
    l->torn += l->inside;
    l->inside = false;
}

static enum walk start(struct legacy *l, const uint8_t *dgram, size_t len)
{
    l->inside = true;
    l->piece = len;
    l->len = 0;
    l->at = 2;
    l->entropy = false;
    return append(l, dgram, len);
}

static enum walk go_on(struct legacy *l, const uint8_t *dgram, size_t len)
{
    if (len > l->piece)
        return WALK_TORN;
    enum walk w = append(l, dgram, len);
    return w != WALK_END && len < l->piece ? WALK_TORN : w;
}

static size_t settle(struct legacy *l, enum walk w)
{
    if (w == WALK_TORN)
        legacy_reset(l);
    if (w != WALK_END)
        return 0;
    l->inside = false;
    l->pictures++;
    return l->at;
}

size_t legacy_add(struct legacy *l, const uint8_t *dgram, size_t len)
{
    bool begins = begins_picture(dgram, len);
    if (l->inside && repeats_last_piece(l, dgram, len)) {
        l->foreign++;
        return 0;
    }
    if (l->inside) {
        enum walk w = go_on(l, dgram, len);
        size_t picture = settle(l, w);
        if (w != WALK_TORN || !begins)
            return picture;
    }
    if (!begins) {
        l->foreign++;
        return 0;
    }
    return settle(l, start(l, dgram, len));
}
