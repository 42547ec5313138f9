/* SPDX-License-Identifier: MIT */
#include "tui/scroll.h"
#include "util/text.h"

/* The keys, from their table; in two columns where there is room. */

enum { KEY_COLS = 14, TWO_FROM_COLS = 120, HEAD_ROWS = 2 };

static const char *shown_keys(const struct ui *ui, const struct keymap_def *d, char *buf,
                              size_t cap)
{
    if (d->action == ACT_PICK) {
        text_copy(buf, cap, "1 – 9");
        return buf;
    }
    return keymap_keys(ui->keymap, d->action, buf, cap);
}

static void draw_entry(const struct ui *ui, const struct keymap_def *d, int y, int x, int w)
{
    char keys[4 * KEYMAP_NAME];
    draw_text(y, x, KEY_COLS - 1, ROLE_HEAD, shown_keys(ui, d, keys, sizeof keys));
    draw_text(y, x + KEY_COLS, w - KEY_COLS, ROLE_TEXT, _(d->help));
}

static void draw(struct ui *ui)
{
    struct box b = ui->area;
    unsigned columns = b.w >= TWO_FROM_COLS ? 2 : 1;
    unsigned lines = (keymap_n + columns - 1) / columns;
    int head = b.h >= 12 ? HEAD_ROWS : 0;
    int room = b.h - head;
    ui->scroll_most = room > 0 && lines > (unsigned)room ? lines - (unsigned)room : 0;
    if (ui->scroll > ui->scroll_most) {
        ui->scroll = ui->scroll_most;
    }
    if (head) {
        draw_text(b.y, 2, b.w - 4, ROLE_TITLE, _("Keys"));
        draw_text(b.y, 8, b.w - 10, ROLE_DIM,
                  _("a press selects, a double press zooms, the wheel turns pages"));
    }
    int w = (b.w - 4) / (int)columns;
    for (unsigned i = 0; i < keymap_n; i++) {
        int line = (int)(i % lines) - (int)ui->scroll;
        if (line >= 0 && line < room) {
            int x = 2 + (int)(i / lines) * w;
            draw_entry(ui, &keymap_defs[i], b.y + head + line, x, w - 2);
        }
    }
    if (ui->scroll < ui->scroll_most) {
        draw_right(b.y + b.h - 1, 0, b.w - 1, ROLE_DIM, _(" more below "));
    }
}

static bool act(struct ui *ui, enum action a)
{
    return scroll_act(ui, a, false);
}

const struct view view_help = {N_("help"), IN_HELP, draw, act, NULL};
