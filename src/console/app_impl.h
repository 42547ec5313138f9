/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_APP_IMPL_H
#define CONSOLE_APP_IMPL_H

#include <pthread.h>

#include "console/app.h"
#include "console/errands.h"
#include "console/eventlog.h"
#include "console/meters.h"

/* Seen by the files of app: app.c (life), app_model.c (wall to model), app_actions.c and
 * app_snapshot.c (keys to wall). */
struct app {
    const struct app_settings *set;
    struct tui *tui; /* NULL: no screen. Owner's thread */
    int event_fd;
    int end; /* atomic; enum tui_end */
    struct eventlog *events;
    struct errands *errands;
    struct meters *meters;
    struct wall_view view; /* UI thread */
    pthread_mutex_t lock;  /* a leaf; guards what follows */
    struct tui_catalogue catalogue;
    uint64_t dismissed; /* the stream whose changed key was explained last */
};

/* app_model.c; UI thread but for app_newest. */
void app_fill_model(void *app, struct tui_model *m);
bool app_fill_history(void *app, uint64_t stream, struct tui_history *h);
struct frame *app_newest(void *app, uint64_t stream);

/* app_snapshot.c; UI thread. */
void app_on_snapshot(void *app, uint64_t stream);
void app_on_snapshot_all(void *app);

/* app_actions.c; UI thread. */
void app_on_record(void *app, uint64_t stream, enum tui_switch to);
void app_on_record_all(void *app, enum tui_switch to);
void app_on_add(void *app, const char *url);
void app_on_remove(void *app, uint64_t stream);
void app_on_reconnect(void *app, uint64_t stream);
void app_on_trust(void *app, uint64_t question, enum tui_trust_answer answer);
void app_on_catalogue(void *app, const char *host);
void app_on_want_size(void *app, uint64_t stream, unsigned width, unsigned height, unsigned fps);

#endif
