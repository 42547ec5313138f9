/* SPDX-License-Identifier: MIT */
#include "tui/ui.h"
#include "util/text.h"

/* What all dialogs share: the frame, and the row of keys with what they do. */

void dialog_draw(struct ui *ui)
{
    ui->dialog_box = (struct box){0};
    if (!ui->dialog) {
        return;
    }
    struct box b = ui->dialog->place(ui);
    ui->dialog_box = b;
    draw_fill(b, ROLE_DIALOG);
    if (b.h >= 5 && b.w >= 12) {
        draw_border(b, ROLE_DIALOG, true);
        draw_printf(b.y, b.x + 2, b.w - 4, ROLE_DIALOG_KEY, " %s ", _(ui->dialog->title));
        b = (struct box){b.y + 1, b.x + 2, b.h - 2, b.w - 4};
    }
    ui->dialog->draw(ui, b);
}

int dialog_buttons(int y, int x, int w, const char *const *pairs)
{
    int from = x, end = x + w;
    for (; pairs[0] && x < end; pairs += 2) {
        x += draw_text(y, x, end - x, ROLE_DIALOG_KEY, pairs[0]) + 1;
        x += draw_text(y, x, end - x, ROLE_DIALOG, _(pairs[1])) + 2;
    }
    return x - from;
}
