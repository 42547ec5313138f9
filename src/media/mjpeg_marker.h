/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_MARKER_H
#define MEDIA_MJPEG_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Markers of a JPEG and what lies behind them (ITU-T T.81, B.1). Pure. */
enum {
    MJPEG_TEM = 0x01,
    MJPEG_SOF0 = 0xc0,
    MJPEG_SOF1 = 0xc1,
    MJPEG_DHT = 0xc4,
    MJPEG_JPG = 0xc8,
    MJPEG_DAC = 0xcc,
    MJPEG_SOF15 = 0xcf,
    MJPEG_RST0 = 0xd0,
    MJPEG_RST7 = 0xd7,
    MJPEG_SOI = 0xd8,
    MJPEG_EOI = 0xd9,
    MJPEG_SOS = 0xda,
    MJPEG_DQT = 0xdb,
    MJPEG_DRI = 0xdd,
    MJPEG_APP14 = 0xee,
};

/* A place in the bytes that never passes their end. */
struct mjpeg_walk {
    const uint8_t *bytes;
    size_t len, at;
};

bool mjpeg_is_restart(int marker);

/* Reads the marker here, past fill bytes, and stands behind it; -1: none. */
int mjpeg_next_marker(struct mjpeg_walk *w);

/* The segment behind a marker: its payload and size; stands behind it. */
bool mjpeg_take_segment(struct mjpeg_walk *w, const uint8_t **payload, size_t *size);

#endif
