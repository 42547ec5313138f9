/* SPDX-License-Identifier: MIT */
#include "console/app.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "console/app_impl.h"
#include "util/alloc.h"

/* The last thing the UI thread does. */
static void on_ended(void *ctx, enum tui_end how)
{
    struct app *a = ctx;
    const uint64_t one = 1;

    __atomic_store_n(&a->end, (int)how, __ATOMIC_RELEASE);
    if (write(a->event_fd, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

static const struct tui_actions actions = {
    .record = app_on_record,
    .record_all = app_on_record_all,
    .snapshot = app_on_snapshot,
    .snapshot_all = app_on_snapshot_all,
    .add = app_on_add,
    .remove = app_on_remove,
    .reconnect = app_on_reconnect,
    .trust = app_on_trust,
    .catalogue = app_on_catalogue,
    .want_size = app_on_want_size,
    .ended = on_ended,
};

int app_new(const struct app_settings *s, struct app **out)
{
    struct app *a = mem_zero(1, sizeof(*a));

    if (!a)
        return -ENOMEM;
    a->set = s;
    pthread_mutex_init(&a->lock, NULL);
    a->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = a->event_fd < 0 ? -errno : 0;
    if (err == 0)
        err = eventlog_new(&a->events);
    if (err == 0)
        err = errands_start(&a->errands);
    if (err == 0)
        err = meters_start(s->wall, s->directory, &a->meters);
    if (err < 0) {
        app_free(a);
        return err;
    }
    *out = a;
    return 0;
}

void app_free(struct app *a)
{
    if (!a)
        return;
    app_hide(a);
    meters_stop(a->meters);
    errands_stop(a->errands);
    eventlog_free(a->events);
    wall_view_fini(&a->view);
    if (a->event_fd >= 0)
        close(a->event_fd);
    pthread_mutex_destroy(&a->lock);
    mem_free(a);
}

int app_show(struct app *a, const struct tui_terminal *terminal, char *error)
{
    const struct tui_source source = {
        .ctx = a,
        .snapshot = app_fill_model,
        .history = app_fill_history,
        .newest = app_newest,
    };
    struct tui_actions act = actions;

    app_hide(a);
    act.ctx = a;
    return tui_new(&a->tui, &a->set->tui, terminal, &source, &act, error);
}

void app_hide(struct app *a)
{
    uint64_t count;

    tui_free(a->tui);
    a->tui = NULL;
    if (read(a->event_fd, &count, sizeof(count)) < 0)
        return; /* it had not ended by itself */
}

bool app_shown(const struct app *a)
{
    return a->tui != NULL;
}

int app_fd(const struct app *a)
{
    return a->event_fd;
}

bool app_ended(struct app *a, enum tui_end *how)
{
    uint64_t count;

    if (!a->tui || read(a->event_fd, &count, sizeof(count)) < 0)
        return false;
    *how = (enum tui_end)__atomic_load_n(&a->end, __ATOMIC_ACQUIRE);
    app_hide(a);
    return true;
}

void app_resize(struct app *a)
{
    if (a->tui)
        tui_resize(a->tui);
}

void app_suspend(struct app *a)
{
    if (a->tui)
        tui_suspend(a->tui);
}

void app_resume(struct app *a)
{
    if (a->tui)
        tui_resume(a->tui);
}
