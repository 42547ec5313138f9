/* SPDX-License-Identifier: MIT */
#include "tui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

enum { TOAST_US = 5000000, TOAST_BAD_US = 10000000, TWICE_US = 400000, DEFAULT_FPS = 10 };

int ui_init(struct ui *ui, const struct tui_settings *settings, const struct tui_source *source,
            const struct tui_actions *actions)
{
    memset(ui, 0, sizeof *ui);
    ui->settings = *settings;
    ui->settings.fps = settings->fps ? settings->fps : DEFAULT_FPS;
    ui->source = *source;
    ui->actions = *actions;
    keymap_init(&ui->default_keys);
    ui->keymap = settings->keymap ? settings->keymap : &ui->default_keys;
    ui->view = ui->back = &view_grid;
    ui->detail = 2;
    ui->pages = ui->page_size = 1;
    freezer_init(&ui->freezer);
    return tui_model_init(&ui->model);
}

void ui_fini(struct ui *ui)
{
    tui_model_fini(&ui->model);
    freezer_fini(&ui->freezer);
    mem_free(ui->order);
    ui->order = NULL;
}

const struct tui_stream *ui_stream(const struct ui *ui, uint64_t id)
{
    for (size_t i = 0; id && i < ui->model.n; i++) {
        if (ui->model.stream[i].id == id) {
            return &ui->model.stream[i];
        }
    }
    return NULL;
}

const struct tui_stream *ui_at(const struct ui *ui, size_t i)
{
    return &ui->model.stream[ui->order[i]];
}

const struct tui_stream *ui_selected(const struct ui *ui)
{
    return ui->selected_at < ui->order_n ? ui_at(ui, ui->selected_at) : NULL;
}

void ui_select_at(struct ui *ui, size_t i)
{
    if (ui->order_n) {
        ui->selected_at = i < ui->order_n ? i : ui->order_n - 1;
        ui->selected = ui_at(ui, ui->selected_at)->id;
    }
}

void ui_move(struct ui *ui, long by)
{
    long at = (long)ui->selected_at + by;
    ui_select_at(ui, at < 0 ? 0 : (size_t)at);
}

void ui_show(struct ui *ui, const struct view *v)
{
    if (ui->view != v) {
        ui->back = ui->view->in & (IN_GRID | IN_LIST) ? ui->view : ui->back;
        ui->view = v;
        ui->scroll = 0;
        ui_order(ui);
    }
}

void ui_say(struct ui *ui, enum tui_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ui->toast, sizeof ui->toast, fmt, args);
    va_end(args);
    ui->toast_level = level;
    ui->toast_until_us = ui->now_us + (level == TUI_NOTE ? TOAST_US : TOAST_BAD_US);
}

void ui_place(struct ui *ui, uint64_t stream, struct box b)
{
    if (ui->places < UI_PLACES && !box_empty(b)) {
        ui->place[ui->places++] = (struct place){stream, b};
    }
}

void ui_hit(struct ui *ui, struct box b, uint64_t stream, enum action a)
{
    if (ui->hits < UI_HITS) {
        ui->hit[ui->hits++] = (struct hit){b, stream, a};
    }
}

bool ui_frozen(struct ui *ui, uint64_t stream)
{
    return freezer_has(&ui->freezer, stream);
}

void ui_open(struct ui *ui, const struct dialog *d)
{
    ui->dialog = d;
}

void ui_close(struct ui *ui)
{
    ui->dialog = NULL;
}

void ui_end(struct ui *ui, enum tui_end how)
{
    ui->ended = true;
    ui->end = how;
}

size_t ui_recording(const struct ui *ui)
{
    size_t n = 0;
    for (size_t i = 0; i < ui->model.n; i++) {
        n += ui->model.stream[i].recording;
    }
    return n;
}

void ui_set_mode(struct ui *ui)
{
    ui->mode_now = caps_mode(&ui->caps, ui->settings.mode);
    draw_ascii(caps_ascii(&ui->caps));
}

/* The newest event that has not been shown becomes the message; what was there before the screen
 * came is old news. */
static void show_news(struct ui *ui)
{
    const struct tui_events *e = &ui->model.events;
    if (e->n && e->last_seq > ui->toast_seq) {
        const struct tui_event *newest = tui_events_at(e, e->n - 1);
        if (ui->wall_us - newest->wall_us < TOAST_US) {
            ui_say(ui, newest->level, "%s", newest->text);
        }
        ui->toast_seq = e->last_seq;
    }
    if (ui->now_us >= ui->toast_until_us) {
        ui->toast[0] = 0;
    }
}

static void ask_trust(struct ui *ui)
{
    const struct tui_trust *t = &ui->model.trust;
    if (t->id && t->id != ui->trust_answered && !ui->dialog) {
        ui_open(ui, &dialog_trust);
    }
}

static bool stream_exists(const void *ctx, uint64_t id)
{
    return ui_stream(ctx, id) != NULL;
}

void ui_refresh(struct ui *ui)
{
    ui->source.snapshot(ui->source.ctx, &ui->model);
    ui_order(ui);
}

void ui_update(struct ui *ui, uint64_t now_us, int64_t wall_us)
{
    ui->now_us = now_us;
    ui->wall_us = wall_us;
    ui_refresh(ui);
    freezer_prune(&ui->freezer, stream_exists, ui);
    if (ui->dialog && ui->dialog->over && ui->dialog->over(ui)) {
        ui_close(ui);
    }
    ask_trust(ui);
    show_news(ui);
    if (ui->view == &view_zoom) {
        if (!ui->order_n || !ui->source.history(ui->source.ctx, ui->selected, &ui->history)) {
            ui->history.n = 0;
        }
    }
}

static void draw_toast(struct ui *ui)
{
    ui->toast_box = (struct box){0};
    if (!ui->toast[0] || ui->whole.h < 4) {
        return;
    }
    char text[TUI_TEXT_MAX + 2];
    text_format(text, sizeof text, " %s ", ui->toast);
    enum role role = ui->toast_level == TUI_NOTE ? ROLE_TOAST : ROLE_TOAST_BAD;
    int y = ui->whole.h - 2;
    int w = draw_text(y, 1, ui->whole.w - 2, role, text);
    ui->toast_box = (struct box){y, 1, 1, w};
}

void ui_draw(struct ui *ui, unsigned cols, unsigned rows)
{
    ui->whole = (struct box){0, 0, (int)rows, (int)cols};
    ui->area = (struct box){1, 0, (int)rows - 2, (int)cols};
    ui->places = ui->hits = 0;
    draw_fill(ui->whole, ROLE_TEXT);
    ui->view->draw(ui);
    bar_draw_status(ui, 0);
    bar_draw_keys(ui, (int)rows - 1);
    draw_toast(ui);
    dialog_draw(ui);
}

void ui_key(struct ui *ui, uint32_t key, bool pasted)
{
    if (ui->dialog) {
        ui->dialog->key(ui, key, pasted);
        return;
    }
    if (pasted) {
        return; /* a paste in the wrong window must not press keys */
    }
    ui_act(ui, keymap_find(ui->keymap, key, ui->view->in), key);
}

static void press(struct ui *ui, int y, int x)
{
    bool twice = false;
    for (size_t i = 0; i < ui->hits; i++) {
        const struct hit *h = &ui->hit[i];
        if (!box_has(h->box, y, x)) {
            continue;
        }
        if (!h->stream) {
            ui_act(ui, h->action, KEYB_NONE);
            return;
        }
        for (size_t k = 0; k < ui->order_n; k++) {
            if (ui_at(ui, k)->id == h->stream) {
                ui_select_at(ui, k);
            }
        }
        twice = ui->press_stream == h->stream && ui->now_us - ui->press_us < TWICE_US;
        ui->press_us = ui->now_us;
        ui->press_stream = twice ? 0 : h->stream;
        break;
    }
    if (ui->view->press) {
        ui->view->press(ui, y, x, twice);
    } else if (twice) {
        ui_act(ui, ui->view == &view_zoom ? ACT_BACK : ACT_ZOOM, KEYB_NONE);
    }
}

void ui_mouse(struct ui *ui, const struct input_event *e)
{
    if (ui->dialog) {
        if (e->mouse == MOUSE_PRESS && !box_has(ui->dialog_box, e->y, e->x) &&
            ui->dialog != &dialog_trust) {
            ui_close(ui);
        }
        return;
    }
    switch (e->mouse) {
    case MOUSE_PRESS:
        press(ui, e->y, e->x);
        break;
    case MOUSE_WHEEL_UP:
        ui_act(ui, ui->view->in & IN_GRID ? ACT_PAGE_UP : ACT_UP, KEYB_NONE);
        break;
    case MOUSE_WHEEL_DOWN:
        ui_act(ui, ui->view->in & IN_GRID ? ACT_PAGE_DOWN : ACT_DOWN, KEYB_NONE);
        break;
    }
}

/* Everything that the terminal could say for a mode asked for is said. */
static void explain_mode(struct ui *ui)
{
    if (caps_pixels(ui->settings.mode) && ui->mode_now != ui->settings.mode) {
        ui_say(ui, TUI_WARNING,
               _("pictures: %s, for the terminal does not tell how large a cell is"),
               tui_mode_names[ui->mode_now]);
    }
}

void ui_report(struct ui *ui, const struct input_event *e)
{
    if (caps_on_report(&ui->caps, e)) {
        ui_set_mode(ui);
        ui->redraw = true;
    }
    if (e->report == REPORT_DEVICE) {
        explain_mode(ui);
    }
}
