/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "tui/glyph.h"
#include "tui/ui.h"
#include "tui/words.h"
#include "util/text.h"

/* A line a stream, sortable, for dozens of them. */

enum { GAP = 2, NAME_MIN = 8, NAME_MOST = 32 };

static const char *size_text(const struct tui_stream *s, char *buf)
{
    if (!s->width) {
        return "-";
    }
    snprintf(buf, 32, "%u×%u", s->width, s->height);
    return buf;
}

static const char *state_text(const struct tui_stream *s, char *buf)
{
    return words_state(s->state);
}

static const char *rate_text(const struct tui_stream *s, char *buf)
{
    return words_rate(s->fps, buf);
}

static const char *bits_text(const struct tui_stream *s, char *buf)
{
    return words_bits(s->bits_per_second, buf);
}

static const char *loss_text(const struct tui_stream *s, char *buf)
{
    return words_percent(s->loss, buf);
}

static const char *raw_text(const struct tui_stream *s, char *buf)
{
    return words_percent(s->loss_raw, buf);
}

static const char *latency_text(const struct tui_stream *s, char *buf)
{
    return words_ms(s->latency_ms, buf);
}

static const char *rtt_text(const struct tui_stream *s, char *buf)
{
    return words_ms(s->rtt_ms, buf);
}

static const char *jitter_text(const struct tui_stream *s, char *buf)
{
    return words_ms(s->jitter_ms, buf);
}

static const char *record_text(const struct tui_stream *s, char *buf)
{
    char time[24];
    if (!s->recording) {
        return "";
    }
    snprintf(buf, 32, "● %s", text_hms(s->recorded_s, time));
    return buf;
}

static const char *recorded_text(const struct tui_stream *s, char *buf)
{
    return s->recording ? text_bytes(s->recorded_bytes, buf) : "";
}

/* In the order they stand; the lowest rank is left out first when the line is too short. */
static const struct column {
    const char *head;
    int w;
    unsigned rank;
    unsigned sort; /* ui_sort_name(); 0: not by this */
    bool right;
    const char *(*text)(const struct tui_stream *s, char *buf);
} columns[] = {
    {N_("state"), 10, 9, 2, false, state_text},     {N_("recording"), 12, 8, 7, false, record_text},
    {N_("size"), 9, 4, 0, true, size_text},         {N_("rate"), 9, 7, 3, true, rate_text},
    {N_("bit rate"), 10, 6, 4, true, bits_text},    {N_("loss"), 7, 5, 5, true, loss_text},
    {N_("before"), 7, 2, 0, true, raw_text},        {N_("latency"), 8, 3, 6, true, latency_text},
    {N_("rtt"), 7, 1, 0, true, rtt_text},           {N_("jitter"), 7, 1, 0, true, jitter_text},
    {N_("recorded"), 9, 2, 0, true, recorded_text},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static int name_width(const struct ui *ui)
{
    int w = NAME_MIN;
    for (size_t i = 0; i < ui->order_n; i++) {
        int one = glyph_text_width(ui_at(ui, i)->name);
        w = one > w ? one : w;
    }
    return w < NAME_MOST ? w : NAME_MOST;
}

/* The least rank that still fits. */
static unsigned rank_that_fits(int room)
{
    for (unsigned rank = 1; rank < 10; rank++) {
        int w = 0;
        for (unsigned i = 0; i < COLUMNS; i++) {
            w += columns[i].rank >= rank ? columns[i].w + GAP : 0;
        }
        if (w <= room) {
            return rank;
        }
    }
    return 10;
}

static int draw_field(int y, int x, int w, bool right, enum role role, const char *text)
{
    if (right) {
        draw_right(y, x, x + w, role, text);
    } else {
        draw_text(y, x, w, role, text);
    }
    return w + GAP;
}

static void draw_head(struct ui *ui, int y, int name_w, unsigned rank)
{
    char head[64];
    const char *arrow = ui->sort_reverse ? "▼" : "▲";
    text_format(head, sizeof head, "%s%s", _("name"), ui->sort_column == 1 ? arrow : "");
    int x = 3 + draw_field(y, 3, name_w, false, ROLE_HEAD, head);
    for (unsigned i = 0; i < COLUMNS; i++) {
        const struct column *c = &columns[i];
        if (c->rank < rank) {
            continue;
        }
        bool sorted = c->sort && c->sort == ui->sort_column;
        text_format(head, sizeof head, "%s%s", _(c->head), sorted ? arrow : "");
        x += draw_field(y, x, c->w, c->right, ROLE_HEAD, head);
    }
    draw_text(y, x, ui->area.w - x, ROLE_HEAD, rank < 10 ? _("why") : "");
}

static enum role field_role(const struct tui_stream *s, const struct column *c, bool chosen)
{
    if (chosen) {
        return ROLE_ROW;
    }
    if (c->text == state_text) {
        return words_state_role(s->state);
    }
    if (c->text == record_text) {
        return ROLE_REC;
    }
    return c->text == loss_text && s->loss >= 0.01 ? ROLE_BAD : ROLE_TEXT;
}

static void draw_line(struct ui *ui, size_t i, int y, int name_w, unsigned rank)
{
    const struct tui_stream *s = ui_at(ui, i);
    bool chosen = i == ui->selected_at;
    char buf[TUI_TEXT_MAX], next[TUI_TEXT_MAX];
    struct box line = {y, 0, 1, ui->area.w};
    draw_fill(line, chosen ? ROLE_ROW : ROLE_TEXT);
    ui_hit(ui, line, s->id, ACT_NONE);
    if (chosen) {
        draw_text(y, 1, 1, ROLE_ROW, "▸");
    }
    int x = 3 + draw_field(y, 3, name_w, false, chosen ? ROLE_ROW : ROLE_TITLE, s->name);
    for (unsigned c = 0; c < COLUMNS; c++) {
        if (columns[c].rank >= rank) {
            x += draw_field(y, x, columns[c].w, columns[c].right,
                            field_role(s, &columns[c], chosen), columns[c].text(s, buf));
        }
    }
    words_next(s, ui->now_us, next);
    const char *why = s->state == TUI_LIVE ? s->recorder_why : s->why;
    text_format(buf, sizeof buf, "%s%s%s", why, *why && *next ? "; " : "", next);
    draw_text(y, x, ui->area.w - x, chosen ? ROLE_ROW : ROLE_DIM, buf);
}

static void draw(struct ui *ui)
{
    struct box b = ui->area;
    int name_w = name_width(ui);
    if (name_w > b.w / 2) {
        name_w = b.w / 2;
    }
    unsigned rank = rank_that_fits(b.w - 3 - name_w - GAP);
    int lines = b.h > 1 ? b.h - 1 : b.h;
    ui->page_size = lines > 0 ? (unsigned)lines : 1;
    ui->pages = 1;
    size_t top = ui->selected_at / ui->page_size * ui->page_size;
    if (b.h > 1) {
        draw_head(ui, b.y++, name_w, rank);
    }
    for (int i = 0; i < lines && top + (size_t)i < ui->order_n; i++) {
        draw_line(ui, top + (size_t)i, b.y + i, name_w, rank);
    }
    if (!ui->order_n) {
        draw_centered(b.y + lines / 2, 0, b.w, ROLE_DIM, _("no streams"));
    }
}

static bool act(struct ui *ui, enum action a)
{
    switch (a) {
    case ACT_SORT:
        ui->sort_column = ui_sort_name(ui->sort_column + 1) ? ui->sort_column + 1 : 0;
        ui_say(ui, TUI_NOTE, _("sorted: %s"), _(ui_sort_name(ui->sort_column)));
        return true;
    case ACT_SORT_REVERSE:
        ui->sort_reverse = !ui->sort_reverse;
        return true;
    default:
        return false;
    }
}

static void sort_by(struct ui *ui, unsigned column)
{
    ui->sort_reverse = ui->sort_column == column && !ui->sort_reverse;
    ui->sort_column = column;
}

/* A press on a column's head sorts by it. */
static void press(struct ui *ui, int y, int x, bool twice)
{
    int name_w = name_width(ui);
    unsigned rank = rank_that_fits(ui->area.w - 3 - name_w - GAP);
    if (twice) {
        ui_act(ui, ACT_ZOOM, KEYB_NONE);
        return;
    }
    if (y != ui->area.y || ui->area.h < 2) {
        return;
    }
    int at = 3 + name_w + GAP;
    if (x < at) {
        sort_by(ui, 1);
    }
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (columns[i].rank < rank) {
            continue;
        }
        if (columns[i].sort && x >= at && x < at + columns[i].w) {
            sort_by(ui, columns[i].sort);
        }
        at += columns[i].w + GAP;
    }
}

const struct view view_list = {N_("list"), IN_LIST, draw, act, press};
