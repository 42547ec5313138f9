/* SPDX-License-Identifier: MIT */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/bytes.h"
#include "util/rate.h"

/* The one owner of what is written to the terminal. Text (curses' bytes) leaves first and whole;
 * pictures leave in slices that are made only when there is room for them, so a newer picture
 * replaces whatever of the older one has not left. A unit (text, then a slice) is written to its
 * end before the next is made, across any number of short writes. */

/* Where picture bytes come from. Appends at most about `most` bytes of whole sequences; false when
 * nothing is left to send. */
struct output_pictures {
    void *ctx;
    bool (*slice)(void *ctx, struct bytes *to, size_t most);
};

struct output {
    int fd;
    size_t chunk;             /* most bytes of one write; 0: all */
    bool synchronized_output; /* the terminal has mode 2026 */
    struct output_pictures pictures;
    struct bytes text;  /* waits to become part of a unit */
    struct bytes unit;  /* being written */
    size_t sent;        /* of unit */
    bool pictures_wait; /* there may be more slices */
    size_t slice_bytes; /* most of a slice: what the link is thought to take in a moment */
    uint64_t total_bytes;
    struct rate rate;
};

void output_init(struct output *o, int fd, const struct output_pictures *pictures);
void output_fini(struct output *o);

/* Pictures have changed. */
void output_wake(struct output *o);

/* Writes what can be written without waiting. 0: all gone; 1: call again when fd is writable;
 * negative: the terminal is gone. */
int output_pump(struct output *o, uint64_t now_ns);

/* Forgets everything that has not left, for a terminal that is given back. */
void output_reset(struct output *o);

#endif
