/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tui/ui.h"
#include "tui/words.h"
#include "util/text.h"

/* What actions do in every view that does not do something of its own. */

static bool select_action(struct ui *ui, enum action a, uint32_t key)
{
    switch (a) {
    case ACT_NEXT:
        ui_select_at(ui, ui->order_n ? (ui->selected_at + 1) % ui->order_n : 0);
        return true;
    case ACT_PREVIOUS:
        ui_select_at(ui, ui->selected_at ? ui->selected_at - 1 : ui->order_n - 1);
        return true;
    case ACT_PICK:
        if (key >= '1' && key < '1' + ui->order_n) {
            ui_select_at(ui, key - '1');
        }
        return true;
    case ACT_UP:
    case ACT_LEFT:
        ui_move(ui, -1);
        return true;
    case ACT_DOWN:
    case ACT_RIGHT:
        ui_move(ui, 1);
        return true;
    case ACT_FIRST:
        ui_select_at(ui, 0);
        return true;
    case ACT_LAST:
        ui_select_at(ui, ui->order_n ? ui->order_n - 1 : 0);
        return true;
    case ACT_PAGE_UP:
        ui_move(ui, -(long)ui->page_size);
        return true;
    case ACT_PAGE_DOWN:
        ui_move(ui, (long)ui->page_size);
        return true;
    default:
        return false;
    }
}

static void toggle_frozen(struct ui *ui, uint64_t id)
{
    if (!freezer_release(&ui->freezer, id)) {
        struct frame *now = ui->source.newest(ui->source.ctx, id);
        if (now) {
            freezer_hold(&ui->freezer, id, now);
        }
    }
}

/* Actions on the selected stream, which was `meant` when it was drawn. */
static bool stream_action(struct ui *ui, enum action a, uint64_t meant)
{
    const struct tui_stream *s = ui_selected(ui);
    if (a != ACT_RECORD && a != ACT_SNAPSHOT && a != ACT_FREEZE && a != ACT_REMOVE &&
        a != ACT_RECONNECT) {
        return false;
    }
    if (!s || (meant && s->id != meant)) {
        ui_say(ui, TUI_NOTE, "%s", s ? _("that stream is gone") : _("no stream is selected"));
        return true;
    }
    if (a == ACT_RECORD) {
        ui->actions.record(ui->actions.ctx, s->id, TUI_TOGGLE);
    } else if (a == ACT_SNAPSHOT) {
        ui->actions.snapshot(ui->actions.ctx, s->id);
    } else if (a == ACT_FREEZE) {
        toggle_frozen(ui, s->id);
    } else if (a == ACT_RECONNECT) {
        ui->actions.reconnect(ui->actions.ctx, s->id);
        ui_say(ui, TUI_NOTE, _("%s: connecting again"), s->name);
    } else {
        ui->removing = s->id;
        ui_open(ui, &dialog_remove);
    }
    return true;
}

static bool wall_action(struct ui *ui, enum action a)
{
    switch (a) {
    case ACT_RECORD_ALL: /* on unless all of them record */
        ui->actions.record_all(ui->actions.ctx, ui_recording(ui) < ui->model.n ? TUI_ON : TUI_OFF);
        return true;
    case ACT_SNAPSHOT_ALL:
        ui->actions.snapshot_all(ui->actions.ctx);
        return true;
    case ACT_ADD:
        memset(&ui->add, 0, sizeof ui->add);
        ui_open(ui, &dialog_add);
        return true;
    case ACT_FILTER:
        lineedit_set(&ui->filter_line, ui->filter);
        ui_open(ui, &dialog_filter);
        return true;
    case ACT_DETACH:
        if (ui->model.can_detach) {
            ui_end(ui, TUI_END_DETACH);
        } else {
            ui_say(ui, TUI_WARNING, "%s", _("nothing would be left running: quit with q"));
        }
        return true;
    case ACT_QUIT:
        if (ui_recording(ui)) {
            ui_open(ui, &dialog_quit);
        } else {
            ui_end(ui, TUI_END_QUIT);
        }
        return true;
    default:
        return false;
    }
}

static void next_mode(struct ui *ui)
{
    ui->settings.mode = caps_next_mode(&ui->caps, ui->mode_now);
    ui_set_mode(ui);
    ui_say(ui, TUI_NOTE, _("pictures: %s"), tui_mode_names[ui->mode_now]);
}

static void change_fps(struct ui *ui, bool faster)
{
    static const unsigned steps[] = {1, 2, 3, 5, 8, 10, 15, 20, 25, UI_FPS_MAX};
    enum { N = sizeof steps / sizeof steps[0] };
    unsigned i = 0;
    while (i < N - 1 && steps[i] < ui->settings.fps) {
        i++;
    }
    i = faster ? (i < N - 1 ? i + 1 : i) : (i ? i - 1 : 0);
    ui->settings.fps = steps[i];
    ui_say(ui, TUI_NOTE, _("at most %u pictures a second"), ui->settings.fps);
}

static bool look_action(struct ui *ui, enum action a)
{
    switch (a) {
    case ACT_MODE:
        next_mode(ui);
        return true;
    case ACT_FASTER:
    case ACT_SLOWER:
        change_fps(ui, a == ACT_FASTER);
        return true;
    case ACT_DETAIL:
        ui->detail = (ui->detail + 1) % UI_DETAILS;
        return true;
    case ACT_THEME:
        ui->settings.theme = (enum tui_theme)((ui->settings.theme + 1) % TUI_THEMES);
        ui->theme_changed = ui->redraw = true;
        ui_say(ui, TUI_NOTE, _("colours: %s"), tui_theme_names[ui->settings.theme]);
        return true;
    case ACT_REDRAW:
        ui->redraw = true;
        return true;
    default:
        return false;
    }
}

static void view_action(struct ui *ui, enum action a)
{
    switch (a) {
    case ACT_ZOOM:
        if (ui_selected(ui)) {
            ui_show(ui, &view_zoom);
        }
        break;
    case ACT_BACK:
        ui_show(ui, ui->view == &view_list || ui->back == ui->view ? &view_grid : ui->back);
        break;
    case ACT_GRID:
        ui_show(ui, &view_grid);
        break;
    case ACT_LIST:
        ui_show(ui, &view_list);
        break;
    case ACT_EVENTS:
        ui_show(ui, &view_events);
        break;
    case ACT_HELP:
        ui_show(ui, ui->view == &view_help ? ui->back : &view_help);
        break;
    default:
        break;
    }
}

/* What an action does is decided by how things are: what was drawn last may be seconds old where
 * the terminal is slow, and a recording may have begun since. */
void ui_act(struct ui *ui, enum action a, uint32_t key)
{
    if (a == ACT_NONE) {
        return;
    }
    uint64_t meant = ui->selected;
    ui_refresh(ui);
    if (ui->view->act(ui, a)) {
        return;
    }
    if (!select_action(ui, a, key) && !stream_action(ui, a, meant) && !wall_action(ui, a) &&
        !look_action(ui, a)) {
        view_action(ui, a);
    }
}
