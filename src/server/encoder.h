/* SPDX-License-Identifier: MIT */
#ifndef SERVER_ENCODER_H
#define SERVER_ENCODER_H

#include <stdbool.h>

#include "media/frame.h"
#include "server/fanout.h"
#include "server/history.h"

/* A camera's encoder thread: takes captured pictures, numbers them, makes every tier that somebody
 * watches, once, keeps it in the history and hands it to the fan-out. A short queue stands before
 * it (oldest dropped), so that a hiccup of the scheduler costs no picture. */
struct encoder;

struct encoder_settings {
    const char *camera; /* its name, for the log; borrowed, as the others */
    int quality;
    bool always; /* the full tier is made even when nobody watches */
    struct fanout *fanout;
    struct history *history;
};

int encoder_start(const struct encoder_settings *settings, struct encoder **out);
void encoder_push(struct encoder *e, struct frame *picture); /* takes it; capture thread */
void encoder_stop(struct encoder *e);
/* Of the next picture; any thread. */
uint32_t encoder_next_number(const struct encoder *e);

#endif
