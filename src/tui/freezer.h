/* SPDX-License-Identifier: MIT */
#ifndef TUI_FREEZER_H
#define TUI_FREEZER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "media/frame.h"

/* Frames that are held: a frozen panel shows the same picture in every size and view, while the
 * stream goes on. Any thread. */
enum { FREEZER_FRAMES = 64 };

struct freezer {
    pthread_mutex_t lock;
    struct {
        uint64_t stream;
        struct frame *frame;
    } held[FREEZER_FRAMES];
    size_t n;
};

void freezer_init(struct freezer *f);
void freezer_fini(struct freezer *f);

/* Holds the frame (taken), dropping the oldest when full; lets go what was held. */
void freezer_hold(struct freezer *f, uint64_t stream, struct frame *frame);
bool freezer_release(struct freezer *f, uint64_t stream); /* false: it was not held */
bool freezer_has(struct freezer *f, uint64_t stream);
/* Lets go what belongs to streams that are no more. */
void freezer_prune(struct freezer *f, bool (*alive)(const void *ctx, uint64_t stream),
                   const void *ctx);
struct frame *freezer_frame(struct freezer *f, uint64_t stream); /* a new reference, or NULL */

#endif
