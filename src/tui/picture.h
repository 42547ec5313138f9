/* SPDX-License-Identifier: MIT */
#ifndef TUI_PICTURE_H
#define TUI_PICTURE_H

#include "media/frame.h"
#include "tui/cell.h"
#include "tui/tiles.h"

/* A JPEG to cells: decoded at the smallest scale that still has a pixel for every part of a cell,
 * scaled, and drawn with half blocks by ourselves or with other symbols by chafa. One a worker
 * thread; keeps its decoder, buffers and canvas from one picture to the next. */
struct picture;

int picture_new(struct picture **out);
void picture_free(struct picture *p);

/* Fills cells (its spec says how; at has room for all of them), keeping the picture's shape and
 * filling the rest with the ground. tiles is what was drawn last at this place, zero at first; only
 * what has changed since is drawn again. ERR_FORMAT for a damaged picture. */
int picture_render(struct picture *p, const struct frame *jpeg, struct tiles *tiles,
                   struct cells *to);

/* The picture's pixels at a size, as RGBA or I420, stretched to it; a new reference. ERR_FORMAT for
 * a damaged picture. */
int picture_pixels_rgba(struct picture *p, const struct frame *jpeg, unsigned width,
                        unsigned height, struct frame **out);
int picture_planes(struct picture *p, const struct frame *jpeg, unsigned width, unsigned height,
                   struct frame **out);

/* Pixels that a spec can show, for subscribing to no more than that. */
void picture_pixels(const struct picture_spec *spec, unsigned *width, unsigned *height);

/* Cells that a picture of a shape takes at most inside cols x rows; both at least 1. */
void picture_fit(unsigned width, unsigned height, const struct picture_spec *spec, unsigned *cols,
                 unsigned *rows);

#endif
