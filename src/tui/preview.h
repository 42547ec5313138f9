/* SPDX-License-Identifier: MIT */
#ifndef TUI_PREVIEW_H
#define TUI_PREVIEW_H

#include <stdbool.h>

#include "tui/cell.h"
#include "tui/strips.h"

/* A small pool of threads that turn the newest frame of each visible panel into cells, or into
 * what a terminal takes to show pixels, so that the UI thread never waits for a decoder, chafa or
 * an encoder. A slot is a panel's picture; a slot has at most one job, and a finished picture
 * replaces one that was not taken. */

enum { PREVIEW_SLOTS = 64, PREVIEW_THREADS_MAX = 4 };

struct preview;

/* newest as in struct tui_source, called on the pool's threads. wake_fd is an eventfd that is
 * added to whenever a picture is ready; borrowed. */
int preview_new(struct preview **out, struct frame *(*newest)(void *ctx, uint64_t stream),
                void *ctx, int wake_fd);
void preview_free(struct preview *p);

/* What a slot shows from now on; stream 0: nothing. A picture under way for what it showed before
 * is thrown away. UI thread, as all below. */
void preview_set(struct preview *p, unsigned slot, uint64_t stream,
                 const struct picture_spec *spec);

/* A picture is wanted; nothing happens while one is under way or if there is no newer frame. most:
 * bytes it may take in a form of pixels. */
void preview_ask(struct preview *p, unsigned slot, size_t most);

/* Swaps a finished picture into out (which may hold an earlier one, or be zero). */
bool preview_take(struct preview *p, unsigned slot, struct cells *out);

/* The same in forms of pixels: what is new is moved (see strips_move(), whose answer comes in
 * other_shape). */
bool preview_take_strips(struct preview *p, unsigned slot, struct strips *to, bool *other_shape);

/* Pictures that could not be decoded, ever. */
uint64_t preview_damaged(struct preview *p);

void cells_fini(struct cells *c);

#endif
