/* SPDX-License-Identifier: MIT */
#ifndef TUI_STAGE_H
#define TUI_STAGE_H

#include "tui/bytes.h"
#include "tui/image.h"
#include "tui/preview.h"
#include "tui/raster.h"
#include "tui/ui.h"
#include "util/rate.h"

/* The pictures of what was drawn last: each place on the screen has a slot of the preview pool, a
 * raster and, where the terminal shows pixels, an image on top of it. A place that something lies
 * over shows cells meanwhile: pixels would cover it. UI thread. */

struct stage_slot {
    uint64_t stream; /* 0: unused */
    bool keep;
    struct picture_spec spec;
    struct raster raster;
    struct image image;
    unsigned want_w, want_h, want_fps; /* what the stream's owner was told last */
};

struct stage {
    struct ui *ui;
    struct preview *preview;
    struct stage_slot slot[PREVIEW_SLOTS];
    struct cells spare;
    struct box toast, dialog; /* what lay over the pictures */
    unsigned next;            /* whose slice comes first: no picture starves */
    struct rate shown;        /* pictures that have left whole */
    uint64_t now_ns;
    uint64_t refresh_ns; /* when a strip is sent anew … */
    unsigned refresh;    /* … and of which slot */
    double rate;         /* bytes a second that the terminal takes; 0: not known */
    unsigned asks;
};

int stage_init(struct stage *s, struct ui *ui, int wake_fd);
void stage_fini(struct stage *s); /* tells the streams' owner that nothing is visible */

/* After ui_draw: follows the places. everything: the terminal's contents are lost. Appends what
 * must leave with the text that was drawn. */
void stage_follow(struct stage *s, bool everything, struct bytes *to);

/* A picture is due everywhere. rate: bytes a second that the terminal takes, 0: not known. */
void stage_ask(struct stage *s, double rate);

/* Takes what is finished; true if something is to be sent. */
bool stage_collect(struct stage *s, uint64_t now_ns);

/* For struct output_pictures. */
bool stage_slice(void *ctx, struct bytes *to, size_t most);

#endif
