/* SPDX-License-Identifier: MIT */
#ifndef TUI_GRAPH_H
#define TUI_GRAPH_H

#include <stddef.h>

#include "tui/draw.h"

/* A curve filled to the bottom over the newest values, in braille dots (2x4 a cell), or in ASCII
 * where the terminal has no more. NAN leaves a gap. least is the smallest full scale. */
void graph_draw(struct box b, enum role role, const float *value, size_t n, double least);

/* Full scale that graph_draw takes: a round number. */
double graph_scale(const float *value, size_t n, double least);

#endif
