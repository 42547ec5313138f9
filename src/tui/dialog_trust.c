/* SPDX-License-Identifier: MIT */
#include "tui/ui.h"
#include "util/text.h"

/* A server nobody knows is a question; one whose key has changed is a refusal that says why. */

enum { TRUST_COLS = 74, TRUST_ROWS = 13 };

static struct box place(const struct ui *ui)
{
    return box_center(ui->whole, TRUST_ROWS, TRUST_COLS);
}

static int paragraph(struct box *b, enum role role, const char *text)
{
    int used = draw_wrapped(*b, role, text, false, false);
    b->y += used;
    b->h -= used;
    return used;
}

static void blank(struct box *b, int wanted)
{
    if (b->h > wanted) {
        b->y++;
        b->h--;
    }
}

static void draw_new(const struct tui_trust *t, struct box b)
{
    char line[2 * TUI_TEXT_MAX];
    text_format(line, sizeof line, _("The server %s is not known here. Its key is"), t->host_port);
    paragraph(&b, ROLE_DIALOG, line);
    blank(&b, 4);
    paragraph(&b, ROLE_DIALOG_KEY, t->fingerprint);
    blank(&b, 4);
    paragraph(&b, ROLE_DIALOG_DIM,
              _("Compare it with what “camwalld --fingerprint” prints on the server. If it is the "
                "same, nobody stands between."));
}

static void draw_changed(const struct tui_trust *t, struct box b)
{
    char line[2 * TUI_TEXT_MAX];
    text_format(line, sizeof line,
                _("The key of %s is not the one remembered. Either the server was set up anew, or "
                  "somebody stands between. No pictures are taken from it."),
                t->host_port);
    paragraph(&b, ROLE_DIALOG, line);
    blank(&b, 5);
    text_format(line, sizeof line, _("now         %s"), t->fingerprint);
    paragraph(&b, ROLE_DIALOG_KEY, line);
    text_format(line, sizeof line, _("remembered  %s"), t->remembered);
    paragraph(&b, ROLE_DIALOG_DIM, line);
    blank(&b, 3);
    text_format(line, sizeof line,
                _("If you know why it changed, remove line %u of %s and connect again."), t->line,
                t->file);
    paragraph(&b, ROLE_DIALOG, line);
}

static void draw(struct ui *ui, struct box b)
{
    static const char *const ask[] = {
        "y", N_("accept and remember"), "o", N_("only this time"), "n", N_("refuse"), NULL};
    static const char *const refuse[] = {"Enter", N_("understood"), NULL};
    const struct tui_trust *t = &ui->model.trust;
    struct box text = {b.y, b.x, b.h - 1, b.w};
    blank(&text, 8);
    if (t->changed) {
        draw_changed(t, text);
    } else {
        draw_new(t, text);
    }
    dialog_buttons(b.y + b.h - 1, b.x, b.w, t->changed ? refuse : ask);
}

static void answer(struct ui *ui, enum tui_trust_answer a)
{
    uint64_t id = ui->model.trust.id;
    ui->trust_answered = id;
    ui->actions.trust(ui->actions.ctx, id, a);
    ui_close(ui);
}

static void key(struct ui *ui, uint32_t key, bool pasted)
{
    bool changed = ui->model.trust.changed;
    if (pasted) {
        return;
    }
    if (key == 'n' || key == KEYB_ESC || (changed && key == KEYB_ENTER)) {
        answer(ui, TUI_TRUST_NO);
    } else if (!changed && key == 'y') {
        answer(ui, TUI_TRUST_ALWAYS);
    } else if (!changed && key == 'o') {
        answer(ui, TUI_TRUST_ONCE);
    }
}

static bool over(const struct ui *ui)
{
    return ui->model.trust.id == 0 || ui->model.trust.id == ui->trust_answered;
}

const struct dialog dialog_trust = {N_("Server key"), place, draw, key, over};
