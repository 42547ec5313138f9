/* SPDX-License-Identifier: MIT */
#ifndef TUI_IMAGE_H
#define TUI_IMAGE_H

#include <stdbool.h>

#include "tui/bytes.h"
#include "tui/draw.h"
#include "tui/strips.h"

/* The pixels of a picture's place on the screen: which strips of the newest picture have not been
 * sent, and what the terminal keeps. The cells beneath are a raster's, which shows the ground and
 * is sent before. Pure: bytes out, no terminal.
 *
 * A strip leaves whole, except with kitty, whose pictures come in sequences of some 1024
 * characters: between these, text may be sent, and nothing else of kitty's. Its new picture is
 * shown on top of the old one, which is then deleted. Sixels and iTerm2's pictures are written
 * into the cells and go when these are written again. */
struct image {
    struct box box;     /* the place, cells of the screen */
    struct strips now;  /* fresh: to be sent */
    unsigned next;      /* strip with which the next slice begins */
    size_t sent;        /* bytes of a kitty picture that is under way */
    unsigned shown;     /* kitty's number of the one on the screen; 0: none */
    unsigned refreshed; /* strip that was sent anew last */
};

void image_fini(struct image *im);

/* Takes what is new of a picture; true if it covers other cells than before. Not while one is
 * begun. */
bool image_take(struct image *im, struct strips *from);

bool image_left(const struct image *im);  /* something is to be sent */
bool image_begun(const struct image *im); /* and has left in part: no other graphics meanwhile */

/* All of it must be sent again: the cells were written to or moved. Not while one is begun. */
void image_dirty(struct image *im, struct bytes *to);

/* One strip must, the next at every call: some terminals keep few of them (xterm 16 in all), and
 * lose the others when their window is uncovered. False where there are none. */
bool image_refresh(struct image *im);

/* What is under way begins anew, later: other graphics come before it. */
void image_abort(struct image *im, struct bytes *to);

/* Takes away what the terminal keeps and forgets the picture. */
void image_clear(struct image *im, struct bytes *to);

/* Appends whole sequences, no more than `most` bytes of them unless one must go; true if there is
 * more. The bytes save and restore the cursor. */
bool image_slice(struct image *im, struct bytes *to, size_t most, bool must);

#endif
