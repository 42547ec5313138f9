/* SPDX-License-Identifier: MIT */
#ifndef TUI_PNGENC_H
#define TUI_PNGENC_H

#include "media/frame.h"
#include "tui/bytes.h"

/* Pictures as PNG files (RFC 2083), made for speed on the way to a terminal: the two lowest bits
 * of each channel, a camera's noise, are rounded away, which halves the file, and so is alpha. */
enum { PNGENC_ERROR = 2 }; /* how far a channel is off at most */

struct pngenc; /* one a thread; keeps its compressor and room */
int pngenc_new(struct pngenc **out);
void pngenc_free(struct pngenc *e);

/* Appends a whole file. -EINVAL: not an RGBA picture; -ENOMEM: see to->failed. */
int pngenc_add(struct pngenc *e, struct bytes *to, const struct frame *rgba);

#endif
