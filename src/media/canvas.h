/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_CANVAS_H
#define MEDIA_CANVAS_H

#include <stdint.h>

/* Drawing into an I420 picture (full range, BT.601). Everything is clipped. Colour has half the
 * resolution: shapes with even coordinates have clean edges. Pure, one thread a canvas. */
struct canvas {
    int width, height;
    uint8_t *plane[3]; /* borrowed */
    int stride[3];
};
struct colour {
    uint8_t y, u, v;
};

struct colour colour_rgb(unsigned r, unsigned g, unsigned b);

void canvas_rect(const struct canvas *c, int x, int y, int width, int height, struct colour colour);
void canvas_disc(const struct canvas *c, int x, int y, int radius, struct colour colour);
/* A stroke between two points, soft at its edges; brightness only, so that it may cross anything.
 */
void canvas_stroke(const struct canvas *c, float x0, float y0, float x1, float y1, float thickness,
                   uint8_t luma);
/* One line of text from its top left corner, points of a font of 5x7 drawn as squares of scale
 * pixels; brightness only, meant for a plain ground. Returns its width in pixels. */
int canvas_text(const struct canvas *c, int x, int y, int scale, uint8_t luma, const char *text);
int canvas_text_width(int scale, const char *text);

#endif
