/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_APP_H
#define CONSOLE_APP_H

#include "console/wall.h"
#include "tui/tui.h"

/* Between the wall and the screen: fills the screen's model from the wall, and does what keys ask
 * for. The screen comes and goes; the wall and what is measured stay. */
struct app;

struct app_settings { /* borrowed until app_free() */
    struct wall *wall;
    const char *wall_name;
    const char *directory;               /* of recordings and snapshots */
    const struct receiver_settings *how; /* to ask servers for their cameras: keys and trust */
    bool can_detach;
    struct tui_settings tui;
};

int app_new(const struct app_settings *s, struct app **out);
void app_free(struct app *a); /* ends the screen too */

/* The screen on a terminal (see tui_new for errors); one at a time. Owner's thread. */
int app_show(struct app *a, const struct tui_terminal *terminal, char *error);
void app_hide(struct app *a);
bool app_shown(const struct app *a);

/* Readable when the screen has ended by itself; then app_ended() says how, once, after which it is
 * hidden. */
int app_fd(const struct app *a);
bool app_ended(struct app *a, enum tui_end *how);

/* Passed on to the screen, if there is one. */
void app_resize(struct app *a);
void app_suspend(struct app *a);
void app_resume(struct app *a);

/* What came of a snapshot of one stream. */
struct app_snapshot {
    char stream[URL_NAME_MAX];
    char path[1024]; /* "" : err says why not */
    int err;         /* -ENODATA: there is no picture yet */
    unsigned width, height;
};

/* Called once with all of them, on any thread, before app_free() returns. */
struct app_snapshot_done {
    void (*done)(void *ctx, uint64_t token, const struct app_snapshot *s, size_t n);
    void *ctx;
    uint64_t token;
};

/* Writes the newest full frame of a stream (0: of every stream) on a thread of its own; what came
 * of it is a line in the log each. told may be NULL. 0, or a negative code and told is not called:
 * ERR_UNKNOWN when the stream is gone. Any thread. */
int app_snapshot(struct app *a, uint64_t stream, const struct app_snapshot_done *told);

#endif
