/* SPDX-License-Identifier: MIT */
#ifndef SERVER_CAMERA_H
#define SERVER_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/packet.h"
#include "server/fanout.h"
#include "server/history.h"
#include "server/settings.h"

/* One camera: a capture thread that owns its source, an encoder thread that makes each picture once
 * for all its watchers, and the facts that clients are told. The source is opened once at start to
 * learn size and rate, closed when nobody has watched for 10 s, and tried again with back-off when
 * it fails. */
struct camera;

struct camera_facts {
    unsigned width, height;
    uint32_t millihertz;
    enum packet_camera_state state;
    char why[PROTO_TEXT_MAX + 1]; /* when offline */
};

/* Copies the settings. */
int camera_start(const struct camera_settings *settings, bool always, struct camera **out);
void camera_stop(struct camera *c);     /* raises the stop token, joins, frees */
void camera_ask_stop(struct camera *c); /* only raises it, so that many stop together */

const char *camera_name(const struct camera *c);
void camera_facts(struct camera *c, struct camera_facts *out); /* any thread */
/* Facts that change are told to the watchers by INBOX_FACTS. Any thread. */
void camera_watch(struct camera *c, struct watcher *w, unsigned tier);
void camera_unwatch(struct camera *c, struct watcher *w);
struct history *camera_history(struct camera *c); /* borrowed */
/* The number of the next picture; the camera's, the same in every tier. */
uint32_t camera_next_frame(const struct camera *c);
/* The smallest tier that fills width x height pixels; 0, 0: full size. */
unsigned camera_tier(struct camera *c, unsigned width, unsigned height);
void camera_tier_size(unsigned tier, unsigned *width, unsigned *height);

#endif
