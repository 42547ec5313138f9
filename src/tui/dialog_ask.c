/* SPDX-License-Identifier: MIT */
#include "tui/ui.h"
#include "util/text.h"

/* Questions with a short answer: end while recording, remove a stream, which names to show. */

enum { ASK_COLS = 58, ASK_ROWS = 7 };

static struct box place_ask(const struct ui *ui)
{
    return box_center(ui->whole, ASK_ROWS, ASK_COLS);
}

static void draw_ask(struct box b, const char *text, const char *const *buttons)
{
    struct box t = {b.y, b.x, b.h - 1, b.w};
    if (t.h >= 4) {
        t.y++;
        t.h--;
    }
    draw_wrapped(t, ROLE_DIALOG, text, false, false);
    dialog_buttons(b.y + b.h - 1, b.x, b.w, buttons);
}

static void quit_draw(struct ui *ui, struct box b)
{
    static const char *const stay[] = {"q", N_("stop and quit"), "Esc", N_("stay"), NULL};
    static const char *const all[] = {"z",   N_("detach"), "q", N_("stop and quit"),
                                      "Esc", N_("stay"),   NULL};
    char text[TUI_TEXT_MAX];
    size_t n = ui_recording(ui);
    text_format(text, sizeof text,
                n == 1 ? _("%zu stream is recording. Quitting ends it; its file is finished first.")
                       : _("%zu streams are recording. Quitting ends them; their files are "
                           "finished first."),
                n);
    draw_ask(b, text, ui->model.can_detach ? all : stay);
}

static void quit_key(struct ui *ui, uint32_t key, bool pasted)
{
    if (pasted) {
        return;
    }
    if (key == 'q' || key == 'y') {
        ui_end(ui, TUI_END_QUIT);
    } else if (key == 'z' && ui->model.can_detach) {
        ui_end(ui, TUI_END_DETACH);
    } else if (key == KEYB_ESC || key == 'n') {
        ui_close(ui);
    }
}

const struct dialog dialog_quit = {N_("Quit?"), place_ask, quit_draw, quit_key, NULL};

static void remove_draw(struct ui *ui, struct box b)
{
    static const char *const buttons[] = {"y", N_("remove"), "Esc", N_("keep"), NULL};
    const struct tui_stream *s = ui_stream(ui, ui->removing);
    char text[TUI_TEXT_MAX + TUI_NAME_MAX];
    if (!s) {
        return;
    }
    text_format(text, sizeof text,
                s->recording ? _("Remove “%s”? Its recording ends; the files stay.")
                             : _("Remove “%s”?"),
                s->name);
    draw_ask(b, text, buttons);
}

static void remove_key(struct ui *ui, uint32_t key, bool pasted)
{
    if (pasted) {
        return;
    }
    if (key == 'y' || key == KEYB_ENTER) {
        ui->actions.remove(ui->actions.ctx, ui->removing);
        ui_close(ui);
    } else if (key == KEYB_ESC || key == 'n') {
        ui_close(ui);
    }
}

static bool remove_over(const struct ui *ui)
{
    return !ui_stream(ui, ui->removing);
}

const struct dialog dialog_remove = {N_("Remove"), place_ask, remove_draw, remove_key, remove_over};

static struct box filter_place(const struct ui *ui)
{
    return (struct box){ui->whole.h - 1, 0, 1, ui->whole.w};
}

static void filter_draw(struct ui *ui, struct box b)
{
    int x = b.x + draw_text(b.y, b.x, b.w, ROLE_DIALOG_KEY, " / ");
    lineedit_draw(&ui->filter_line, b.y, x, b.x + b.w - x, ROLE_INPUT);
}

/* The streams follow what is typed; Esc shows all again. */
static void filter_key(struct ui *ui, uint32_t key, bool pasted)
{
    if (key == KEYB_ESC && !pasted) {
        lineedit_set(&ui->filter_line, "");
    }
    if ((key == KEYB_ESC || key == KEYB_ENTER) && !pasted) {
        ui_close(ui);
    } else {
        lineedit_key(&ui->filter_line, key);
    }
    text_copy(ui->filter, sizeof ui->filter, ui->filter_line.text);
    ui_order(ui);
}

const struct dialog dialog_filter = {N_("Filter"), filter_place, filter_draw, filter_key, NULL};
