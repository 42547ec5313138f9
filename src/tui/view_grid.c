/* SPDX-License-Identifier: MIT */
#include "tui/layout.h"
#include "tui/ui.h"
#include "util/text.h"

/* Panels, as many as fit at a useful size, then pages. */

static struct layout lay(const struct ui *ui)
{
    return layout_grid(ui->area, (unsigned)ui->order_n, ui->grid_columns, ui->caps.cell_aspect);
}

static void draw_nothing(struct ui *ui)
{
    char keys[64], line[TUI_TEXT_MAX];
    struct box b = ui->area;
    if (ui->model.n) {
        text_format(line, sizeof line, _("no stream's name has “%s” in it"), ui->filter);
        draw_centered(b.y + b.h / 2, b.x, b.w, ROLE_DIM, line);
        return;
    }
    keymap_keys(ui->keymap, ACT_ADD, keys, sizeof keys);
    text_format(line, sizeof line, _("press %s to add one, or give URLs on the command line"),
                keys);
    struct box text = {b.y + (b.h > 3 ? b.h / 2 - 1 : 0), b.x + 1, b.h > 3 ? 3 : b.h, b.w - 2};
    draw_centered(text.y++, text.x, text.w, ROLE_TITLE, _("no streams"));
    text.h--;
    draw_wrapped(text, ROLE_DIM, line, true, false);
}

static void draw(struct ui *ui)
{
    struct layout l = lay(ui);
    unsigned size = layout_page_size(&l);
    ui->page_size = size;
    ui->pages = l.pages;
    ui->page = (unsigned)(ui->selected_at / size);
    if (!ui->order_n) {
        draw_nothing(ui);
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        size_t at = (size_t)ui->page * size + i;
        if (at < ui->order_n) {
            panel_draw(ui, ui_at(ui, at), at + 1, layout_panel(&l, i), ui->detail);
        }
    }
}

static bool act(struct ui *ui, enum action a)
{
    struct layout l = lay(ui);
    unsigned most = (unsigned)(ui->area.w / LAYOUT_PANEL_COLS);
    switch (a) {
    case ACT_UP:
        if (ui->selected_at >= l.columns) {
            ui_move(ui, -(long)l.columns);
        }
        return true;
    case ACT_DOWN:
        if (ui->selected_at + l.columns < ui->order_n ||
            ui->selected_at / l.columns < (ui->order_n - 1) / l.columns) {
            ui_move(ui, (long)l.columns);
        }
        return true;
    case ACT_GRID:
        ui->grid_columns = ui->grid_columns < most ? ui->grid_columns + 1 : 0;
        if (ui->grid_columns) {
            ui_say(ui, TUI_NOTE, _("grid: %u across"), ui->grid_columns);
        } else {
            ui_say(ui, TUI_NOTE, "%s", _("grid: as many across as is best"));
        }
        return true;
    default:
        return false;
    }
}

const struct view view_grid = {N_("grid"), IN_GRID, draw, act, NULL};
