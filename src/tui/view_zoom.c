/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "tui/glyph.h"
#include "tui/graph.h"
#include "tui/ui.h"
#include "tui/words.h"
#include "util/text.h"

/* One stream, large, with graphs of the last minutes beside or below. */

enum {
    GRAPHS = 4,
    SIDE_COLS = 44,
    SIDE_FROM_COLS = 110,
    BELOW_ROWS = 6,
    BELOW_FROM_ROWS = 22,
    BELOW_FROM_COLS = 56
};

static char *percent_of(double v, char *buf)
{
    return words_percent(v, buf);
}

static const struct {
    const char *title;
    double least; /* full scale at least */
    enum role role;
    char *(*words)(double v, char *buf);
} graphs[GRAPHS] = {
    {N_("bit rate"), 100000, ROLE_GRAPH, words_bits},
    {N_("frames"), 5, ROLE_GRAPH, words_rate},
    {N_("loss"), 0.01, ROLE_BAD, percent_of},
    {N_("latency"), 10, ROLE_WARN, words_ms},
};

static const float *samples(const struct tui_history *h, int i)
{
    const float *all[GRAPHS] = {h->bits_per_second, h->fps, h->loss, h->latency_ms};
    return all[i];
}

static void draw_graph(struct ui *ui, int i, struct box b)
{
    const struct tui_history *h = &ui->history;
    const float *v = samples(h, i);
    char now[32], top[32], scale[48];
    if (b.h < 3 || b.w < 12) {
        return;
    }
    draw_border(b, ROLE_BORDER, false);
    struct box in = box_inner(b);
    double newest = h->n ? (double)v[h->n - 1] : NAN;
    int end = b.x + b.w - 2, x = b.x + 2;
    x += draw_printf(b.y, x, end - x, ROLE_TITLE, " %s ", _(graphs[i].title));
    graphs[i].words(newest, now);
    graphs[i].words(graph_scale(v, h->n, graphs[i].least), top);
    text_format(scale, sizeof scale, " %s ", top);
    if (x + glyph_text_width(now) + 1 <= end) {
        x += draw_printf(b.y, x, end - x, graphs[i].role, "%s ", now);
    } else if (in.h > 2) { /* no room in the frame */
        draw_text(in.y++, in.x + 1, in.w - 1, graphs[i].role, now);
        in.h--;
    }
    if (x + glyph_text_width(scale) < end) {
        draw_right(b.y, x, end, ROLE_DIM, scale);
    }
    graph_draw(in, graphs[i].role, v, h->n, graphs[i].least);
}

static void draw_beside(struct ui *ui, struct box b)
{
    for (int i = 0; i < GRAPHS; i++) {
        int y0 = b.h * i / GRAPHS, y1 = b.h * (i + 1) / GRAPHS;
        draw_graph(ui, i, (struct box){b.y + y0, b.x, y1 - y0, b.w});
    }
}

static void draw_below(struct ui *ui, struct box b)
{
    for (int i = 0; i < GRAPHS; i++) {
        int x0 = b.w * i / GRAPHS, x1 = b.w * (i + 1) / GRAPHS;
        draw_graph(ui, i, (struct box){b.y, b.x + x0, b.h, x1 - x0});
    }
}

static void draw(struct ui *ui)
{
    const struct tui_stream *s = ui_selected(ui);
    struct box panel = ui->area, graph = ui->area;
    ui->page_size = ui->pages = 1;
    if (!s) {
        draw_centered(panel.y + panel.h / 2, 0, panel.w, ROLE_DIM, _("no stream is selected"));
        return;
    }
    if (ui->area.w >= SIDE_FROM_COLS) {
        graph.w = ui->area.w / 4 > SIDE_COLS ? ui->area.w / 4 : SIDE_COLS;
        panel.w -= graph.w;
        graph.x += panel.w;
        draw_beside(ui, graph);
    } else if (ui->area.h >= BELOW_FROM_ROWS && ui->area.w >= BELOW_FROM_COLS) {
        graph.h = BELOW_ROWS;
        panel.h -= graph.h;
        graph.y += panel.h;
        draw_below(ui, graph);
    }
    panel_draw(ui, s, ui->selected_at + 1, panel, ui->detail < 3 ? ui->detail + 1 : 0);
}

static bool act(struct ui *ui, enum action a)
{
    (void)ui;
    (void)a;
    return false;
}

const struct view view_zoom = {N_("zoom"), IN_ZOOM, draw, act, NULL};
