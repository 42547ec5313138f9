/* SPDX-License-Identifier: MIT */
#ifndef SERVER_ENCODER_H
#define SERVER_ENCODER_H

#include <stdbool.h>

#include "media/frame.h"
#include "server/fanout.h"

/* A camera's encoder thread: takes captured pictures, numbers them, makes every tier that somebody
 * watches, once, and hands it to the fan-out. A short queue stands before it (oldest dropped), so
 * that a hiccup of the scheduler costs no picture. */
struct encoder;

/* always: the full tier is made even when nobody watches. Borrows camera and fanout. */
int encoder_start(const char *camera, int quality, bool always, struct fanout *fanout,
                  struct encoder **out);
void encoder_push(struct encoder *e, struct frame *picture); /* takes it; capture thread */
void encoder_stop(struct encoder *e);
/* Of the next picture; any thread. */
uint32_t encoder_next_number(const struct encoder *e);

#endif
