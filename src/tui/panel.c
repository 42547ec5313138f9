/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tui/glyph.h"
#include "tui/ui.h"
#include "tui/words.h"
#include "util/text.h"

/* A stream in a frame: title, picture or what is wrong instead, figures below. */

enum { NARROW_COLS = 36 };

static const char *record_mark(const struct tui_stream *s, char *buf, size_t cap)
{
    char time[32];
    if (!s->recording) {
        return "";
    }
    text_format(buf, cap, "● %s", text_hms(s->recorded_s, time));
    return buf;
}

static void draw_title(const struct tui_stream *s, size_t number, struct box b, bool focus,
                       bool say_state)
{
    char title[TUI_NAME_MAX + 16], mark[48];
    int left = b.x + 2, right = b.x + b.w - 2;
    const char *end = record_mark(s, mark, sizeof mark);
    if (*end && glyph_text_width(end) + 8 > right - left) {
        end = "●";
    }
    if (*end && right - left >= 4) {
        right -= glyph_text_width(end) + 2;
        draw_text(b.y, right, b.x + b.w - 2 - right, ROLE_REC, " ");
        draw_text(b.y, right + 1, b.x + b.w - 3 - right, ROLE_REC, end);
        draw_text(b.y, b.x + b.w - 3, 1, ROLE_REC, " ");
    }
    if (number <= 9) {
        text_format(title, sizeof title, " %zu %s ", number, s->name);
    } else {
        text_format(title, sizeof title, " %s ", s->name);
    }
    int x = left + draw_text(b.y, left, right - left, focus ? ROLE_FOCUS : ROLE_TITLE, title);
    if (say_state && right - x > 6) {
        draw_printf(b.y, x, right - x, words_state_role(s->state), "%s ", words_state(s->state));
    }
}

/* Phrases packed into lines, two blanks between. Returns the lines used; a dry run counts. */
static int draw_facts(const struct words_facts *f, struct box b, bool dry)
{
    int y = 0, x = 0;
    for (unsigned i = 0; i < f->n && b.w > 0; i++) {
        int w = glyph_text_width(f->fact[i].text);
        if (x && x + 2 + w > b.w) {
            y++;
            x = 0;
        }
        if (y >= b.h) {
            return b.h;
        }
        x += x ? 2 : 0;
        if (!dry) {
            draw_text(b.y + y, b.x + x, b.w - x, f->fact[i].role, f->fact[i].text);
        }
        x += w;
    }
    return y + 1;
}

static unsigned figures_lines(const struct ui *ui, unsigned detail, int h)
{
    unsigned most = h >= 8 ? 3 : h >= 5 ? 2 : h >= 3 ? 1 : 0;
    if (ui->mode_now == TUI_MODE_OFF && detail) {
        return h > 0 ? (unsigned)h : 0; /* the room is there */
    }
    return detail < most ? detail : most;
}

/* Why there is no picture and what happens next, in the middle. */
static void draw_trouble(const struct ui *ui, const struct tui_stream *s, struct box b)
{
    char next[TUI_TEXT_MAX];
    const char *why = s->state == TUI_LIVE ? "" : s->why;
    words_next(s, ui->now_us, next);
    struct box text = {b.y, b.x + 1, b.h, b.w - 2};
    int lines = 1 + draw_wrapped(text, ROLE_TEXT, why, true, true) +
                draw_wrapped(text, ROLE_DIM, next, true, true);
    if (lines > b.h) {
        char line[TUI_TEXT_MAX];
        draw_wrapped(b, words_state_role(s->state), words_line(s, ui->now_us, line), false, false);
        return;
    }
    text.y += (b.h - lines) / 2;
    draw_centered(text.y, text.x, text.w, words_state_role(s->state), words_state(s->state));
    text.y++;
    text.h = lines - 1;
    int used = draw_wrapped(text, ROLE_TEXT, why, true, false);
    text.y += used;
    text.h -= used;
    draw_wrapped(text, ROLE_DIM, next, true, false);
}

static bool has_picture(struct ui *ui, const struct tui_stream *s)
{
    if (ui->mode_now == TUI_MODE_OFF || !s->frame_us) {
        return false;
    }
    return s->state == TUI_LIVE || s->state == TUI_STALE || ui_frozen(ui, s->id);
}

static void draw_picture(struct ui *ui, const struct tui_stream *s, struct box b)
{
    bool trouble = s->state != TUI_LIVE;
    if (box_empty(b)) {
        return;
    }
    if (!has_picture(ui, s)) {
        if (s->state != TUI_LIVE || !s->frame_us) {
            draw_trouble(ui, s, b);
        }
        return;
    }
    if (trouble && b.h > 1) {
        char line[TUI_TEXT_MAX];
        b.h--;
        draw_text(b.y + b.h, b.x + 1, b.w - 2, words_state_role(s->state),
                  words_line(s, ui->now_us, line));
    }
    draw_sentinel(b);
    ui_place(ui, s->id, b);
}

/* Too small for a frame: a line, and the next if there is one. */
static void draw_tiny(struct ui *ui, const struct tui_stream *s, size_t number, struct box b)
{
    char line[TUI_TEXT_MAX];
    bool focus = s->id == ui->selected;
    int x = draw_printf(b.y, b.x, b.w, focus ? ROLE_ROW : ROLE_TITLE, "%s%zu %s", focus ? ">" : " ",
                        number, s->name);
    if (s->recording && x + 2 < b.w) {
        x += 1 + draw_text(b.y, b.x + x + 1, 1, ROLE_REC, "●");
    }
    draw_text(b.y, b.x + x + 1, b.w - x - 1, words_state_role(s->state),
              words_line(s, ui->now_us, line));
}

void panel_draw(struct ui *ui, const struct tui_stream *s, size_t number, struct box b,
                unsigned detail)
{
    struct words_facts facts;
    bool focus = s->id == ui->selected;
    ui_hit(ui, b, s->id, ACT_NONE);
    if (b.h < 4 || b.w < 12) {
        if (!box_empty(b)) {
            draw_tiny(ui, s, number, b);
        }
        return;
    }
    struct box in = box_inner(b);
    int lines = (int)figures_lines(ui, detail, in.h);
    draw_border(b, focus ? ROLE_FOCUS : ROLE_BORDER, focus);
    draw_title(s, number, b, focus, lines == 0);
    words_facts(s, ui_frozen(ui, s->id), in.w < NARROW_COLS, &facts);
    struct box figures = {0, in.x + 1, lines, in.w - 2};
    if (facts.n == 1 && !(s->state == TUI_LIVE && s->frame_us)) {
        lines = 0; /* the middle says it already */
    } else if (ui->mode_now == TUI_MODE_OFF && s->state != TUI_LIVE) {
        lines = lines < 2 ? lines : 2;
    }
    lines = lines ? draw_facts(&facts, figures, true) : 0;
    lines = lines < figures.h ? lines : figures.h;
    figures.h = lines;
    figures.y = in.y + in.h - lines;
    if (lines) {
        draw_facts(&facts, figures, false);
    }
    in.h -= lines;
    draw_picture(ui, s, in);
}
