/* SPDX-License-Identifier: MIT */
/* A terminal is somebody's from CONTROL_ATTACH to CONTROL_END. The screen ends by itself (a key, or
 * the terminal is gone), because its process says so, or because that process died; the one who
 * notices first takes the terminal away from the screen, the others find nobody attached. */
#include <string.h>
#include <unistd.h>

#include "console/host_impl.h"
#include "console/wallproc.h"
#include "util/log.h"
#include "util/text.h"

static void tell_end(struct host *h, uint64_t client, enum control_end end, const char *text)
{
    control_send(
        h->control, client,
        &(struct control_msg){
            .kind = CONTROL_END, .end = end, .status = 1, .text = text, .text_len = strlen(text)});
}

void host_hide(struct host *h)
{
    app_hide(h->set->app);
    if (h->shown) {
        close(h->fd[0]);
        close(h->fd[1]);
    }
    h->shown = false;
}

static void take_away(struct host *h, enum control_end end, const char *text)
{
    uint64_t client = h->client;

    host_hide(h);
    h->client = 0;
    if (client)
        tell_end(h, client, end, text);
}

bool host_detach(struct host *h)
{
    char text[TUI_TEXT_MAX];
    bool was_shown = h->shown;

    if (h->set->claim)
        text_format(text, sizeof(text),
                    _("detached; the wall goes on, \"camwall --attach %s\" shows it again"),
                    h->set->claim->name);
    else
        text_copy(text, sizeof(text), _("detached; the wall goes on"));
    if (was_shown)
        log_info("%s", _("the screen was detached"));
    take_away(h, END_DETACHED, text);
    return was_shown;
}

static bool records(const struct wall_view *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->row[i].recording)
            return true;
    return false;
}

static bool wall_records(struct host *h)
{
    struct wall_view v = {0};
    bool yes = wall_snapshot(h->set->wall, &v) == 0 && records(&v);

    wall_view_fini(&v);
    return yes;
}

/* Nobody sees the wall any more, and nobody said that it should go on. */
static void hang_up(struct host *h)
{
    take_away(h, END_DETACHED, _("the wall goes on if it records"));
    if (h->foreground || h->set->stay) {
        log_warning("%s", _("the terminal went away; going on without a screen"));
    } else if (wall_records(h)) {
        h->left_behind = true;
        log_warning("%s", _("the terminal went away; recording goes on without a screen"));
    } else {
        h->quit = true;
        log_info("%s", _("the terminal went away and nothing records: ending"));
    }
}

bool host_is_left_alone(struct host *h, const struct wall_view *v)
{
    if (!h->left_behind || h->client || records(v))
        return false;
    log_info("%s", _("nothing records any more and there is no screen: ending"));
    return true;
}

static void on_line(void *ctx, const char *text)
{
    log_warning("%s", text);
}

/* The terminal that the shell gave us is lent to us like any other from now on. */
static void let_go(struct host *h)
{
    if (h->foreground || h->let_go)
        return;
    h->let_go = true;
    if (wallproc_let_go() && stderr_tap_open(&h->tap, on_line, h) < 0)
        log_warning("%s", _("what libraries say is not among the events"));
}

static void show(struct host *h, const struct control_terminal *t, const int fd[2])
{
    struct tui_terminal to = {.in = fd[0],
                              .out = fd[1],
                              .no_color = t->no_color,
                              .inside_tmux = t->inside_tmux,
                              .cols = t->cols,
                              .rows = t->rows};
    char error[TUI_TEXT_MAX];

    text_copy(to.term, sizeof(to.term), t->term);
    text_copy(to.charset, sizeof(to.charset), t->charset);
    text_copy(to.colorterm, sizeof(to.colorterm), t->colorterm);
    let_go(h);
    h->shown = true;
    h->fd[0] = fd[0];
    h->fd[1] = fd[1];
    if (app_show(h->set->app, &to, error) < 0)
        take_away(h, END_REFUSED, error);
}

void host_on_attach(void *host, uint64_t client, const struct control_terminal *t, const int fd[2])
{
    struct host *h = host;
    const char *name = h->set->claim ? h->set->claim->name : "";
    bool first = client == h->client; /* the terminal that we were started in */

    if (!first && h->client)
        take_away(h, END_TAKEN_OVER, _("another terminal has taken the screen over"));
    h->client = client;
    show(h, t, fd);
    if (!h->client) {
        h->quit |= first;
        h->status = first ? 1 : h->status;
        return;
    }
    h->left_behind = false;
    control_send(
        h->control, client,
        &(struct control_msg){.kind = CONTROL_SHOWN, .text = name, .text_len = strlen(name)});
    if (!first)
        log_info(_("a terminal was attached: %s, %s"), t->term, t->charset);
}

void host_on_terminal(void *host, uint64_t client, const struct control_msg *m)
{
    struct host *h = host;

    if (client != h->client)
        return;
    if (m->kind == CONTROL_RESIZE) {
        app_resize(h->set->app);
    } else if (m->kind == CONTROL_SUSPEND) {
        app_suspend(h->set->app);
        control_send(h->control, client, &(struct control_msg){.kind = CONTROL_SUSPENDED});
    } else if (m->kind == CONTROL_RESUME) {
        app_resume(h->set->app);
    } else if (m->leave == LEAVE_DETACH) {
        host_detach(h);
    } else if (m->leave == LEAVE_HANG_UP) {
        hang_up(h);
    } else {
        h->quit = true;
    }
}

void host_on_gone(void *host, uint64_t client)
{
    struct host *h = host;

    for (unsigned i = 0; i < h->quitters; i++)
        if (h->quitter[i] == client)
            h->quitter[i] = 0;
    if (client == h->client)
        hang_up(h);
}

void host_on_screen_end(struct host *h)
{
    enum tui_end how;

    if (!app_ended(h->set->app, &how))
        return;
    if (how == TUI_END_DETACH)
        host_detach(h);
    else if (how == TUI_END_GONE)
        hang_up(h);
    else
        h->quit = true;
}
