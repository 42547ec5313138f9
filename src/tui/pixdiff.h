/* SPDX-License-Identifier: MIT */
#ifndef TUI_PIXDIFF_H
#define TUI_PIXDIFF_H

#include <stdbool.h>

#include "media/frame.h"

/* Whether lines y0 … y0 + h - 1 of two RGBA pictures of one size differ so that a person would see
 * it. Compared are blocks: the noise of a sensor is in every pixel, but hardly in the mean of many.
 * A block counts as changed when its mean in a channel is off by more than PIXDIFF_MEAN, or its
 * pixels by more than PIXDIFF_PIXEL on the average. Pure. */
enum { PIXDIFF_BLOCK = 8, PIXDIFF_MEAN = 4, PIXDIFF_PIXEL = 14 };

bool pixdiff_lines(const struct frame *a, const struct frame *b, unsigned y0, unsigned h);

#endif
