/* SPDX-License-Identifier: MIT */
#include "media/mjpeg_probe.h"

#include <string.h>

#include "util/err.h"

enum {
    SOF0 = 0xc0,
    SOF1 = 0xc1,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    TEM = 0x01,
};

/* A place in the bytes that never passes their end. */
struct walk {
    const uint8_t *bytes;
    size_t len, at;
};

static bool is_restart(int marker)
{
    return marker >= RST0 && marker <= RST7;
}

static bool is_frame_start(int marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* Reads the marker here, past fill bytes, and stands behind it; -1: none. */
static int next_marker(struct walk *w)
{
    if (w->at >= w->len || w->bytes[w->at] != 0xff)
        return -1;
    while (w->at < w->len && w->bytes[w->at] == 0xff)
        w->at++;
    if (w->at == w->len || w->bytes[w->at] == 0)
        return -1;
    return w->bytes[w->at++];
}

/* The segment behind a marker: its payload and size; stands behind it. */
static bool take_segment(struct walk *w, const uint8_t **payload, size_t *size)
{
    if (w->len - w->at < 2)
        return false;
    size_t len = (size_t)w->bytes[w->at] << 8 | w->bytes[w->at + 1];
    if (len < 2 || len > w->len - w->at)
        return false;
    *payload = w->bytes + w->at + 2;
    *size = len - 2;
    w->at += len;
    return true;
}

static int read_frame_start(int marker, const uint8_t *p, size_t size, struct mjpeg_info *out)
{
    if (size < 6 || out->width != 0)
        return ERR_FORMAT;
    out->height = (unsigned)p[1] << 8 | p[2];
    out->width = (unsigned)p[3] << 8 | p[4];
    out->components = p[5];
    out->baseline = marker == SOF0 || marker == SOF1;
    bool whole = size == 6 + 3 * (size_t)out->components;
    return out->width && out->height && out->components && whole ? 0 : ERR_FORMAT;
}

/* From SOI to behind the SOS marker. */
static int walk_header(struct walk *w, struct mjpeg_info *out)
{
    if (next_marker(w) != SOI || w->at != 2)
        return ERR_FORMAT;
    for (;;) {
        int marker = next_marker(w);
        const uint8_t *payload;
        size_t size;
        if (marker == SOS) {
            out->sos = w->at - 2;
            return out->width ? 0 : ERR_FORMAT;
        }
        if (marker == TEM || is_restart(marker))
            continue;
        if (marker < SOF0 || marker == SOI || marker == EOI || !take_segment(w, &payload, &size))
            return ERR_FORMAT;
        if (marker == DHT)
            out->has_huffman = true;
        if (is_frame_start(marker) && read_frame_start(marker, payload, size, out) < 0)
            return ERR_FORMAT;
    }
}

/* Over entropy-coded bytes to the next marker that is not a restart; -1: there is none. */
static int skip_scan(struct walk *w)
{
    while (w->at < w->len) {
        const uint8_t *ff = memchr(w->bytes + w->at, 0xff, w->len - w->at);
        if (!ff)
            return -1;
        w->at = (size_t)(ff - w->bytes);
        while (w->at < w->len && w->bytes[w->at] == 0xff)
            w->at++;
        if (w->at == w->len)
            return -1;
        int marker = w->bytes[w->at++];
        if (marker != 0 && !is_restart(marker))
            return marker;
    }
    return -1;
}

int mjpeg_probe(const uint8_t *bytes, size_t len, struct mjpeg_info *out)
{
    struct walk w = {bytes, len, 0};
    memset(out, 0, sizeof *out);
    return walk_header(&w, out);
}

int mjpeg_probe_whole(const uint8_t *bytes, size_t len, struct mjpeg_info *out)
{
    struct walk w = {bytes, len, 0};
    const uint8_t *payload;
    size_t size;
    memset(out, 0, sizeof *out);
    if (walk_header(&w, out) < 0)
        return ERR_FORMAT;
    int marker = SOS;
    while (marker != EOI) {
        if (marker == SOI || !take_segment(&w, &payload, &size))
            return ERR_FORMAT;
        /* Several scans: tables may stand between them. */
        marker = marker == SOS ? skip_scan(&w) : next_marker(&w);
        if (marker < 0)
            return ERR_FORMAT;
    }
    out->end = w.at;
    return 0;
}
