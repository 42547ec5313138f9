/* SPDX-License-Identifier: MIT */
#ifndef TUI_STAGE_H
#define TUI_STAGE_H

#include "tui/bytes.h"
#include "tui/preview.h"
#include "tui/raster.h"
#include "tui/ui.h"
#include "util/rate.h"

/* The pictures of what was drawn last: each place on the screen has a slot of the preview pool and
 * a raster. UI thread. */

struct stage_slot {
    uint64_t stream; /* 0: unused */
    bool keep;
    struct raster raster;
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
    unsigned asks;
};

int stage_init(struct stage *s, struct ui *ui, int wake_fd);
void stage_fini(struct stage *s); /* tells the streams' owner that nothing is visible */

/* After ui_draw: follows the places. everything: the terminal's contents are lost. */
void stage_follow(struct stage *s, bool everything);

/* A picture is due everywhere. */
void stage_ask(struct stage *s);

/* Takes what is finished; true if something is to be sent. */
bool stage_collect(struct stage *s, uint64_t now_ns);

/* For struct output_pictures. */
bool stage_slice(void *ctx, struct bytes *to, size_t most);

#endif
