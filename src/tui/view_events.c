/* SPDX-License-Identifier: MIT */
#include "tui/scroll.h"
#include "tui/words.h"
#include "util/text.h"

/* What happened, with times; the newest at the bottom. */

enum { TIME_COLS = 10 };

static enum role level_role(enum tui_level l)
{
    return l == TUI_ERROR ? ROLE_BAD : l == TUI_WARNING ? ROLE_WARN : ROLE_TEXT;
}

static const char *level_sign(enum tui_level l)
{
    return l == TUI_ERROR ? "!" : l == TUI_WARNING ? "?" : "·";
}

static struct box text_box(struct box area)
{
    return (struct box){area.y, area.x + TIME_COLS + 3, area.h, area.w - TIME_COLS - 4};
}

static void draw_event(const struct tui_event *e, struct box line, int rows)
{
    char time[32];
    struct box text = text_box(line);
    text.h = rows;
    draw_text(line.y, line.x + 1, TIME_COLS, ROLE_DIM, words_clock(e->wall_us, time));
    draw_text(line.y, line.x + TIME_COLS + 1, 1, level_role(e->level), level_sign(e->level));
    draw_wrapped(text, level_role(e->level), e->text, false, false);
}

/* From the newest upwards, each as many lines as it needs. */
static void draw(struct ui *ui)
{
    const struct tui_events *e = &ui->model.events;
    struct box b = ui->area;
    int y = b.y + b.h;
    ui->scroll_most = e->n ? e->n - 1 : 0;
    if (ui->scroll > ui->scroll_most) {
        ui->scroll = ui->scroll_most;
    }
    for (size_t i = e->n - (e->n ? ui->scroll : 0); i > 0 && y > b.y; i--) {
        const struct tui_event *one = tui_events_at(e, i - 1);
        int rows = draw_wrapped(text_box(b), ROLE_TEXT, one->text, false, true);
        rows = rows < 1 ? 1 : rows;
        y -= rows;
        if (y >= b.y) {
            draw_event(one, (struct box){y, b.x, rows, b.w}, rows);
        }
    }
    if (!e->n) {
        draw_centered(b.y + b.h / 2, b.x, b.w, ROLE_DIM, _("nothing has happened yet"));
    } else if (ui->scroll) {
        draw_right(b.y, 0, b.w - 1, ROLE_HEAD, _(" newer ones below "));
    }
}

static bool act(struct ui *ui, enum action a)
{
    return scroll_act(ui, a, true);
}

const struct view view_events = {N_("events"), IN_EVENTS, draw, act, NULL};
