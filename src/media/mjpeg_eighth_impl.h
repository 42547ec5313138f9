/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_EIGHTH_IMPL_H
#define MEDIA_MJPEG_EIGHTH_IMPL_H

#include "media/mjpeg_eighth.h"
#include "media/mjpeg_huffman.h"

/* Between mjpeg_eighth.c and mjpeg_eighth_header.c. Letters and numbers are those of ITU-T T.81. A
 * component's plane has a byte a block, in whole MCUs. */
enum { COMPONENTS = 3, TABLES = 4, AC = 63 };

struct component {
    unsigned id, h, v, tq; /* sampling, quantization table */
    const struct huffman *dc, *ac;
    unsigned across; /* blocks */
    size_t at;       /* of its plane in planes */
    int32_t predicted;
};

/* Entropy-coded bytes as bits; behind their end come zeros. */
struct bits {
    const uint8_t *at, *end;
    uint64_t held; /* the next bit is the highest */
    unsigned have;
};

struct mjpeg_eighth {
    struct huffman dc[TABLES], ac[TABLES];
    uint16_t q0[TABLES]; /* of a table the first entry only; 0: no table */
    unsigned width, height, components, h_max, v_max, interval;
    struct component component[COMPONENTS];
    uint8_t *planes, *bytes;
    size_t planes_cap, bytes_cap;
    const uint8_t *next, *end; /* of the file: what is not in bytes yet */
    struct bits bits;          /* in bytes */
};

static inline unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* Every segment up to SOS, whose payload it reads, too; *scan: where the scan begins. ERR_UNKNOWN:
 * a kind of JPEG that is not for us; ERR_FORMAT. */
int mjpeg_eighth_header(struct mjpeg_eighth *e, const uint8_t *jpeg, size_t len, size_t *scan);

#endif
