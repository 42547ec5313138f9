/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tui/ui.h"
#include "util/text.h"

/* A stream by its URL: a line with history, and for a host alone the cameras it has. */

enum { ADD_COLS = 72, ADD_ROWS = 7, ADD_LIST_ROWS = 12 };

/* The catalogue that was asked for, when the answer to it is there or on its way. */
static const struct tui_catalogue *catalogue(const struct ui *ui)
{
    const struct tui_catalogue *c = &ui->model.catalogue;
    return ui->add.asked && !strcmp(c->host, ui->add.host) ? c : NULL;
}

static bool choosing(const struct ui *ui)
{
    const struct tui_catalogue *c = catalogue(ui);
    return c && c->done && !c->why[0];
}

static struct box place(const struct ui *ui)
{
    return box_center(ui->whole, choosing(ui) ? ADD_ROWS + ADD_LIST_ROWS : ADD_ROWS, ADD_COLS);
}

static void draw_camera(const struct tui_camera *c, int y, int x, int w, enum role role)
{
    char facts[64] = "";
    if (c->offline) {
        text_copy(facts, sizeof facts, _("offline"));
    } else if (c->width) {
        text_format(facts, sizeof facts, "%u×%u  %.1f fps", c->width, c->height, c->fps);
    }
    draw_text(y, x + 2, w - 2, role, c->name);
    draw_right(y, x + w / 2, x + w - 1, role, facts);
}

static void draw_choice(const struct ui *ui, struct box b)
{
    const struct tui_catalogue *c = catalogue(ui);
    size_t n = c->n + 1, rows = b.h > 0 ? (size_t)b.h : 0;
    size_t top = rows ? ui->add.pick / rows * rows : 0;
    for (size_t i = 0; i < rows && top + i < n; i++) {
        bool chosen = top + i == ui->add.pick;
        enum role role = chosen ? ROLE_ROW : ROLE_DIALOG;
        int y = b.y + (int)i;
        draw_fill((struct box){y, b.x, 1, b.w}, role);
        draw_text(y, b.x, 1, role, chosen ? "▸" : " ");
        if (top + i == 0) {
            draw_printf(y, b.x + 2, b.w - 2, role,
                        c->n == 1 ? _("all (%zu camera)") : _("all (%zu cameras)"), c->n);
        } else {
            draw_camera(&c->camera[top + i - 1], y, b.x, b.w, role);
        }
    }
}

static void draw_hint(const struct ui *ui, struct box b)
{
    const struct tui_catalogue *c = catalogue(ui);
    char line[2 * TUI_TEXT_MAX];
    if (ui->add.asked && (!c || !c->done)) {
        text_format(line, sizeof line, _("asking %s for its cameras…"), ui->add.host);
        draw_wrapped(b, ROLE_DIALOG, line, false, false);
    } else if (c && c->why[0]) {
        text_format(line, sizeof line, "%s: %s", ui->add.host, c->why);
        draw_wrapped(b, ROLE_DIALOG, line, false, false);
    } else {
        draw_wrapped(b, ROLE_DIALOG_DIM,
                     _("HOST[:PORT]/CAMERA, legacy://HOST:PORT, or HOST[:PORT] to choose from its "
                       "cameras"),
                     false, false);
    }
}

static void draw(struct ui *ui, struct box b)
{
    static const char *const line_keys[] = {"Enter", N_("add"),    "↑↓", N_("earlier ones"),
                                            "Esc",   N_("cancel"), NULL};
    static const char *const list_keys[] = {"Enter", N_("add"),    "↑↓", N_("choose"),
                                            "Esc",   N_("cancel"), NULL};
    struct box in = {b.y, b.x, b.h - 1, b.w};
    if (in.h >= 4) {
        in.y++;
        in.h--;
    }
    lineedit_draw(&ui->add.line, in.y, in.x, in.w, ROLE_INPUT);
    in.y++;
    in.h--;
    if (in.h > 3) {
        in.y++;
        in.h--;
    }
    if (choosing(ui)) {
        draw_choice(ui, in);
    } else if (in.h > 0) {
        draw_hint(ui, in);
    }
    if (b.h > 1) {
        dialog_buttons(b.y + b.h - 1, b.x, b.w, choosing(ui) ? list_keys : line_keys);
    }
}

static void remember(struct ui *ui, const char *url)
{
    if (ui->add_history_n && !strcmp(ui->add_history[0], url)) {
        return;
    }
    memmove(ui->add_history[1], ui->add_history[0],
            sizeof ui->add_history - sizeof ui->add_history[0]);
    text_copy(ui->add_history[0], sizeof ui->add_history[0], url);
    ui->add_history_n += ui->add_history_n < UI_ADD_HISTORY;
}

static void add_url(struct ui *ui, const char *url)
{
    remember(ui, url);
    ui->actions.add(ui->actions.ctx, url);
    ui_close(ui);
}

static void add_choice(struct ui *ui)
{
    const struct tui_catalogue *c = catalogue(ui);
    char url[TUI_TEXT_MAX];
    if (ui->add.pick == 0 || ui->add.pick > c->n) {
        add_url(ui, ui->add.host);
        return;
    }
    text_format(url, sizeof url, "%s/%s", ui->add.host, c->camera[ui->add.pick - 1].name);
    add_url(ui, url);
}

static void enter(struct ui *ui)
{
    const char *text = ui->add.line.text;
    while (*text == ' ') {
        text++;
    }
    if (!*text) {
        ui_close(ui);
    } else if (choosing(ui)) {
        add_choice(ui);
    } else if (strchr(text, '/')) {
        add_url(ui, text);
    } else {
        ui->add.asked = true;
        ui->add.pick = 0;
        text_copy(ui->add.host, sizeof ui->add.host, text);
        ui->actions.catalogue(ui->actions.ctx, ui->add.host);
    }
}

static void recall(struct ui *ui, bool older)
{
    struct ui_add *a = &ui->add;
    if (older && a->back < ui->add_history_n) {
        a->back++;
    } else if (!older && a->back) {
        a->back--;
    } else {
        return;
    }
    lineedit_set(&a->line, a->back ? ui->add_history[a->back - 1] : "");
    a->asked = false;
}

static void up_down(struct ui *ui, bool up)
{
    if (!choosing(ui)) {
        recall(ui, up);
    } else if (up) {
        ui->add.pick -= ui->add.pick > 0;
    } else {
        ui->add.pick += ui->add.pick < catalogue(ui)->n;
    }
}

static void key(struct ui *ui, uint32_t key, bool pasted)
{
    if (key == KEYB_ESC && !pasted) {
        ui_close(ui);
    } else if (key == KEYB_ENTER && !pasted) {
        enter(ui);
    } else if (key == KEYB_UP || key == KEYB_DOWN) {
        up_down(ui, key == KEYB_UP);
    } else if (lineedit_key(&ui->add.line, key)) {
        ui->add.asked = ui->add.asked && !strcmp(ui->add.host, ui->add.line.text);
    }
}

const struct dialog dialog_add = {N_("Add a stream"), place, draw, key, NULL};
