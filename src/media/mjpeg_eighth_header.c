/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "media/mjpeg_eighth_impl.h"
#include "media/mjpeg_marker.h"
#include "util/err.h"

enum { SAMPLING_MAX = 2 };

static int read_dqt(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    while (len > 0) {
        bool wide = p[0] >> 4;
        size_t size = 1 + (wide ? 128u : 64u);
        if (p[0] >> 4 > 1 || (p[0] & 15) >= TABLES || len < size)
            return ERR_FORMAT;
        e->q0[p[0] & 15] = (uint16_t)(wide ? be16(p + 1) : p[1]);
        p += size;
        len -= size;
    }
    return 0;
}

static int read_dht(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    while (len > 0) {
        bool ac = p[0] >> 4;
        if (p[0] >> 4 > 1 || (p[0] & 15) >= TABLES)
            return ERR_FORMAT;
        int took = huffman_set(ac ? &e->ac[p[0] & 15] : &e->dc[p[0] & 15], ac, p + 1, len - 1);
        if (took < 0)
            return took;
        p += 1 + took;
        len -= 1 + (size_t)took;
    }
    return 0;
}

static int read_sof(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    if (len < 6 || len != 6 + 3 * (size_t)p[5])
        return ERR_FORMAT;
    if (p[0] != 8 || (p[5] != 1 && p[5] != COMPONENTS))
        return ERR_UNKNOWN;
    e->height = be16(p + 1);
    e->width = be16(p + 3);
    e->components = p[5];
    e->h_max = e->v_max = 1;
    for (unsigned i = 0; i < e->components; i++) {
        const uint8_t *c = p + 6 + 3 * (size_t)i;
        struct component *to = &e->component[i];
        *to = (struct component){.id = c[0], .h = c[1] >> 4, .v = c[1] & 15, .tq = c[2]};
        if (!to->h || !to->v || to->tq >= TABLES)
            return ERR_FORMAT;
        if (to->h > SAMPLING_MAX || to->v > SAMPLING_MAX)
            return ERR_UNKNOWN;
        if (e->components == 1)
            to->h = to->v = 1; /* A.2.2: blocks follow each other in lines */
        e->h_max = to->h > e->h_max ? to->h : e->h_max;
        e->v_max = to->v > e->v_max ? to->v : e->v_max;
    }
    bool rgb = e->components == COMPONENTS && e->component[0].id == 'R' &&
               e->component[1].id == 'G' && e->component[2].id == 'B';
    return rgb ? ERR_UNKNOWN : 0;
}

/* One scan with every component, all coefficients and bits. */
static int read_sos(struct mjpeg_eighth *e, const uint8_t *p, size_t len)
{
    if (len < 1 || len != 4 + 2 * (size_t)p[0] || e->components == 0)
        return ERR_FORMAT;
    const uint8_t *end = p + 1 + 2 * (size_t)p[0];
    if (p[0] != e->components || end[0] != 0 || end[1] != AC || end[2] != 0)
        return ERR_UNKNOWN;
    for (unsigned i = 0; i < e->components; i++) {
        struct component *c = &e->component[i];
        const uint8_t *s = p + 1 + 2 * (size_t)i;
        if (s[0] != c->id)
            return ERR_UNKNOWN;
        if (s[1] >> 4 >= TABLES || (s[1] & 15) >= TABLES)
            return ERR_FORMAT;
        c->dc = &e->dc[s[1] >> 4];
        c->ac = &e->ac[s[1] & 15];
        if (!c->dc->symbols || !c->ac->symbols || !e->q0[c->tq])
            return ERR_UNKNOWN; /* tables that were left out */
    }
    return 0;
}

static int read_segment(struct mjpeg_eighth *e, unsigned marker, const uint8_t *p, size_t len)
{
    switch (marker) {
    case MJPEG_DQT:
        return read_dqt(e, p, len);
    case MJPEG_DHT:
        return read_dht(e, p, len);
    case MJPEG_SOF0:
    case MJPEG_SOF1:
        return e->components ? ERR_FORMAT : read_sof(e, p, len);
    case MJPEG_DRI:
        e->interval = len == 2 ? be16(p) : 0;
        return len == 2 ? 0 : ERR_FORMAT;
    case MJPEG_APP14: /* Adobe's: 0 says that the components are not YCbCr */
        return len >= 12 && !memcmp(p, "Adobe", 5) && p[11] == 0 ? ERR_UNKNOWN : 0;
    default:
        return marker > MJPEG_SOF1 && marker < MJPEG_RST0 ? ERR_UNKNOWN : 0;
    }
}

int mjpeg_eighth_header(struct mjpeg_eighth *e, const uint8_t *jpeg, size_t len, size_t *scan)
{
    struct mjpeg_walk w = {jpeg, len, 0};
    e->components = e->interval = 0;
    memset(e->q0, 0, sizeof e->q0);
    if (mjpeg_next_marker(&w) != MJPEG_SOI)
        return ERR_FORMAT;
    for (;;) {
        const uint8_t *payload;
        size_t size;
        int marker = mjpeg_next_marker(&w);
        if (marker < MJPEG_SOF0 || mjpeg_is_restart(marker) || marker == MJPEG_SOI ||
            !mjpeg_take_segment(&w, &payload, &size))
            return ERR_FORMAT;
        int err = marker == MJPEG_SOS ? read_sos(e, payload, size)
                                      : read_segment(e, (unsigned)marker, payload, size);
        *scan = w.at;
        if (err < 0 || marker == MJPEG_SOS)
            return err;
    }
}
