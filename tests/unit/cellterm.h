/* SPDX-License-Identifier: MIT */
#ifndef UNIT_CELLTERM_H
#define UNIT_CELLTERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A small terminal that draws half blocks into colours: what pictures' bytes come to. It fails the
 * test on everything it does not know, on writing outside and on scrolling. */
enum { CELLTERM_COLS = 64, CELLTERM_ROWS = 32 };

struct cellterm_cell {
    uint32_t ch;
    uint32_t fg, bg; /* as struct cell: RGB, CELL_PALETTE | index, CELL_PLAIN */
};

struct cellterm {
    int cols, rows;
    int y, x;
    struct {
        int y, x;
    } saved;
    uint32_t fg, bg, last;
    struct cellterm_cell cell[CELLTERM_ROWS][CELLTERM_COLS];
    size_t written; /* characters */
};

void cellterm_init(struct cellterm *t, int cols, int rows);
void cellterm_feed(struct cellterm *t, const uint8_t *bytes, size_t len);

/* Colours of the upper and lower half of a cell; false when its character has no such halves. */
bool cellterm_halves(const struct cellterm *t, int y, int x, uint32_t *top, uint32_t *low);

#endif
