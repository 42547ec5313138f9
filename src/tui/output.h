/* SPDX-License-Identifier: MIT */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/bytes.h"
#include "tui/flow.h"
#include "util/rate.h"

/* The one owner of what is written to the terminal. Text (curses' bytes) leaves first and whole;
 * pictures leave in slices that are made only when there is room for them, so a newer picture
 * replaces whatever of the older one has not left, and no more of them is on its way than
 * tui/flow.h says. A unit (text, then a slice) is written to its
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
    struct flow flow;   /* what the link takes */
    bool asks;          /* the unit ends in a request for an answer */
    uint64_t total_bytes;
    struct rate rate;
};

/* cap: most bytes of pictures a second, 0: none. */
void output_init(struct output *o, int fd, const struct output_pictures *pictures, size_t cap);
void output_fini(struct output *o);

/* An answer to a request for the terminal's status came. */
void output_on_status(struct output *o, uint64_t now_ns);

/* When to call output_pump although nothing has happened; UINT64_MAX: never. */
uint64_t output_deadline(const struct output *o, uint64_t now_ns);

/* Pictures have changed. */
void output_wake(struct output *o);

/* Writes what can be written without waiting. 0: all gone, or as much as may be on its way; 1: call
 * again when fd is writable; negative: the terminal is gone. */
int output_pump(struct output *o, uint64_t now_ns);

/* Forgets everything that has not left, for a terminal that is given back. */
void output_reset(struct output *o);

#endif
