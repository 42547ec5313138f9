/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_PROBE_H
#define MEDIA_MJPEG_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What claims to be larger is not decoded. */
enum { MJPEG_SIDE_MAX = 16384, MJPEG_PIXELS_MAX = 64 * 1000 * 1000 };

/* A JPEG's header without decoding: markers are followed up to SOS. Pure, any thread. */
struct mjpeg_info {
    unsigned width, height, components;
    bool has_huffman; /* DHT before SOS */
    bool baseline;    /* SOF0 or SOF1 */
    size_t sos;       /* offset of the SOS marker */
    size_t end;       /* offset just behind EOI; 0: not looked for or not found */
};
/* 0, or ERR_FORMAT when it is not the start of a JPEG with a size. */
int mjpeg_probe(const uint8_t *bytes, size_t len, struct mjpeg_info *out);
/* Also follows the entropy-coded data to EOI; ERR_FORMAT if there is none. */
int mjpeg_probe_whole(const uint8_t *bytes, size_t len, struct mjpeg_info *out);

/* Bytes to insert before SOS when a camera left the standard Huffman tables out; a whole DHT. */
const uint8_t *mjpeg_standard_dht(size_t *len);

#endif
