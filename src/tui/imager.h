/* SPDX-License-Identifier: MIT */
#ifndef TUI_IMAGER_H
#define TUI_IMAGER_H

#include "media/frame.h"
#include "tui/picture.h"
#include "tui/strips.h"

/* A JPEG to what a terminal needs to show its pixels: decoded at the smallest scale that will do,
 * compared with what was drawn at this place before, and encoded where it differs. One a worker
 * thread; keeps its encoders. */
struct imager;

int imager_new(struct imager **out);
void imager_free(struct imager *p);

/* What was drawn last at a place; zero at first. One thread at a time. */
struct drawn {
    struct strips shape;  /* of that picture, without strips */
    struct frame *pixels; /* RGBA: what was encoded, strip by strip */
    unsigned shrink;      /* by what a picture is made smaller to leave in time, in eighths */
    int quality;          /* of JPEG, that fitted last */
};

void drawn_forget(struct drawn *d); /* and frees; what has fitted is still known */

/* Fills `to` with the strips that differ from what was drawn (none may); most: bytes of a picture
 * that cannot be sent in parts, or should not take longer. to->spec comes from spec. */
int imager_render(struct imager *p, struct picture *picture, const struct frame *jpeg,
                  const struct picture_spec *spec, size_t most, struct drawn *drawn,
                  struct strips *to);

#endif
