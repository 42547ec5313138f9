/* SPDX-License-Identifier: MIT */
#ifndef UNIT_PIXELS_H
#define UNIT_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a terminal makes of pictures' sequences: pixels. Everything that is not as the protocols
 * have it fails the test. */

enum { PIXELS_UNSET = 1 << 24 }; /* a pixel that nothing was drawn at */

struct pixels {
    unsigned width, height;
    uint32_t *at; /* 0xRRGGBB or PIXELS_UNSET */
};
void pixels_free(struct pixels *p);
uint32_t pixels_get(const struct pixels *p, unsigned x, unsigned y);

/* What a sixel colour is on the screen. */
uint32_t pixels_percent(unsigned red, unsigned green, unsigned blue);

/* One DCS sequence of sixels at the start of bytes, for a terminal with so many registers; its
 * length. Nothing is drawn outside the size that it gives. */
size_t pixels_read_sixel(const uint8_t *bytes, size_t len, unsigned registers, struct pixels *out);

/* A PNG file of 8 bits a channel without alpha, all of it. */
void pixels_read_png(const uint8_t *bytes, size_t len, struct pixels *out);

/* One command of the kitty graphics protocol, in as many sequences as it takes; its length. */
struct pixels_kitty {
    char action, what; /* a, d */
    unsigned id, cols, rows, quiet;
    bool still;         /* the cursor stays */
    unsigned sequences; /* it came in */
    size_t payload;     /* bytes */
    struct pixels pixels;
};
size_t pixels_read_kitty(const uint8_t *bytes, size_t len, struct pixels_kitty *out);

/* Decodes base64 without anything else in it to a buffer that the caller frees. */
uint8_t *pixels_unbase64(const uint8_t *text, size_t len, size_t *out_len);

#endif
