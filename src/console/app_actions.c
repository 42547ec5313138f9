/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "console/app_impl.h"
#include "receive/catalogue.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

enum { CATALOGUE_TIMEOUT_MS = 4000 };

/* Says in the log, and so among the events, what could not be done. */
static void note(const char *what, int err)
{
    if (err < 0)
        log_error("%s: %s", what, err_str(err));
}

static bool is_recording(struct app *a, uint64_t stream)
{
    for (size_t i = 0; i < a->view.n; i++)
        if (a->view.row[i].id == stream)
            return a->view.row[i].recording;
    return false;
}

void app_on_record(void *app, uint64_t stream, enum tui_switch to)
{
    struct app *a = app;
    bool on = to == TUI_TOGGLE ? !is_recording(a, stream) : to == TUI_ON;

    note(_("cannot record"), wall_record(a->set->wall, stream, on));
}

/* Toggling means: all on, unless all are on already. */
void app_on_record_all(void *app, enum tui_switch to)
{
    struct app *a = app;
    bool on = to == TUI_ON;

    for (size_t i = 0; i < a->view.n && to == TUI_TOGGLE; i++)
        on = on || (!a->view.row[i].recording && !a->view.row[i].finder);
    note(_("cannot record"), wall_record_all(a->set->wall, on));
}

void app_on_add(void *app, const char *url)
{
    struct app *a = app;
    struct wall_add add = {.codec = -1, .record = -1};
    char error[400];

    if (url_parse(url, &add.url, error, sizeof(error)) < 0)
        log_error("%s", error);
    else
        note(url, wall_add(a->set->wall, &add, NULL));
}

void app_on_remove(void *app, uint64_t stream)
{
    struct app *a = app;

    note(_("cannot remove"), wall_remove(a->set->wall, stream));
}

void app_on_reconnect(void *app, uint64_t stream)
{
    struct app *a = app;

    note(_("cannot reconnect"), wall_reconnect(a->set->wall, stream));
}

void app_on_trust(void *app, uint64_t question, enum tui_trust_answer answer)
{
    static const enum receiver_answer answers[] = {
        [TUI_TRUST_NO] = RECEIVER_NO,
        [TUI_TRUST_ONCE] = RECEIVER_ONCE,
        [TUI_TRUST_ALWAYS] = RECEIVER_ALWAYS,
    };
    struct app *a = app;

    pthread_mutex_lock(&a->lock);
    if (question > a->dismissed)
        a->dismissed = question;
    pthread_mutex_unlock(&a->lock);
    note(_("cannot answer"), wall_accept(a->set->wall, question, answers[answer]));
}

struct catalogue_errand {
    struct app *app;
    char host[TUI_NAME_MAX];
};

static void fill_catalogue(struct tui_catalogue *to, const struct catalogue *from)
{
    to->n = from->n < TUI_CATALOGUE ? from->n : TUI_CATALOGUE;
    for (size_t i = 0; i < to->n; i++) {
        const struct packet_camera *c = &from->camera[i];
        text_copy(to->camera[i].name, sizeof(to->camera[i].name), c->name);
        to->camera[i].width = c->width;
        to->camera[i].height = c->height;
        to->camera[i].fps = c->millihertz / 1000.0;
        to->camera[i].offline = c->state == CAMERA_OFFLINE;
    }
}

static int ask_catalogue(const struct catalogue_errand *e, struct catalogue *list, char *error,
                         size_t cap)
{
    struct receiver_settings how = *e->app->set->how;

    int err = url_parse(e->host, &how.url, error, cap);
    if (err == 0 && how.url.kind == URL_LEGACY) {
        text_copy(error, cap, _("a legacy server has no list of cameras"));
        err = ERR_FORMAT;
    }
    return err < 0 ? err : catalogue_ask(&how, CATALOGUE_TIMEOUT_MS, list, error, cap);
}

static void run_catalogue(void *ctx)
{
    struct catalogue_errand *e = ctx;
    struct app *a = e->app;
    struct catalogue *list = mem_zero(1, sizeof(*list));
    struct tui_catalogue *answer = mem_zero(1, sizeof(*answer));

    if (list && answer) {
        text_copy(answer->host, sizeof(answer->host), e->host);
        answer->done = true;
        if (ask_catalogue(e, list, answer->why, sizeof(answer->why)) == 0)
            fill_catalogue(answer, list);
        pthread_mutex_lock(&a->lock);
        if (strcmp(a->catalogue.host, e->host) == 0) /* else another was asked for meanwhile */
            a->catalogue = *answer;
        pthread_mutex_unlock(&a->lock);
    }
    mem_free(list);
    mem_free(answer);
    mem_free(e);
}

void app_on_catalogue(void *app, const char *host)
{
    struct app *a = app;
    struct catalogue_errand *e = mem_zero(1, sizeof(*e));

    if (!e)
        return;
    e->app = a;
    text_copy(e->host, sizeof(e->host), host);
    pthread_mutex_lock(&a->lock);
    memset(&a->catalogue, 0, sizeof(a->catalogue));
    text_copy(a->catalogue.host, sizeof(a->catalogue.host), host);
    pthread_mutex_unlock(&a->lock);
    errands_send(a->errands, &(struct errand){run_catalogue, mem_free, e});
}

/* The wire carries what the panel shows, next to nothing when there is none; recordings and
 * snapshots come at full size by themselves. */
void app_on_want_size(void *app, uint64_t stream, unsigned width, unsigned height, unsigned fps)
{
    struct app *a = app;
    bool visible = width > 0 && height > 0;

    wall_want(a->set->wall, stream, visible ? width : 1, visible ? height : 1);
}
