/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "tui/ui.h"
#include "util/alloc.h"
#include "util/text.h"

/* Which streams are shown, and in what order: those whose name matches; sorted in the list. */

/* Columns of the list by which it can be sorted; 0 keeps the order in which they were added. */
static const char *const sort_names[] = {N_("as added"), N_("name"),      N_("state"),
                                         N_("rate"),     N_("bit rate"),  N_("loss"),
                                         N_("latency"),  N_("recording"), NULL};

const char *ui_sort_name(unsigned column)
{
    return column < sizeof sort_names / sizeof sort_names[0] ? sort_names[column] : NULL;
}

static uint32_t lower_at(const char *s, size_t *at)
{
    uint32_t cp;
    *at += text_decode(s + *at, strlen(s + *at), &cp);
    return (uint32_t)towlower((wint_t)cp);
}

static bool begins(const char *s, const char *what)
{
    size_t a = 0, b = 0;
    while (what[b]) {
        if (!s[a] || lower_at(s, &a) != lower_at(what, &b)) {
            return false;
        }
    }
    return true;
}

static bool matches(const char *name, const char *filter)
{
    if (!*filter) {
        return true;
    }
    for (const char *s = name; *s; s++) {
        if (((unsigned char)*s & 0xc0) != 0x80 && begins(s, filter)) {
            return true;
        }
    }
    return false;
}

static int compare_reals(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b); /* unknown ones last */
    }
    return (a > b) - (a < b);
}

static int compare(const struct tui_stream *a, const struct tui_stream *b, unsigned column)
{
    switch (column) {
    case 1:
        return strcmp(a->name, b->name);
    case 2:
        return (int)b->state - (int)a->state; /* trouble first */
    case 3:
        return compare_reals(a->fps, b->fps);
    case 4:
        return compare_reals(b->bits_per_second, a->bits_per_second);
    case 5:
        return compare_reals(b->loss, a->loss);
    case 6:
        return compare_reals(b->latency_ms, a->latency_ms);
    case 7:
        return (int)b->recording - (int)a->recording;
    default:
        return 0;
    }
}

/* Stable; there are dozens of streams, not thousands. */
static void sort(struct ui *ui)
{
    for (size_t i = 1; i < ui->order_n; i++) {
        size_t one = ui->order[i], j = i;
        while (j > 0) {
            int c = compare(&ui->model.stream[ui->order[j - 1]], &ui->model.stream[one],
                            ui->sort_column);
            if ((ui->sort_reverse ? -c : c) <= 0) {
                break;
            }
            ui->order[j] = ui->order[j - 1];
            j--;
        }
        ui->order[j] = one;
    }
}

static bool make_room(struct ui *ui)
{
    if (ui->model.n > ui->order_cap) {
        size_t *more = mem_grow(ui->order, ui->model.n, sizeof *more);
        if (!more) {
            return false;
        }
        ui->order = more;
        ui->order_cap = ui->model.n;
    }
    return true;
}

void ui_order(struct ui *ui)
{
    ui->order_n = 0;
    if (!make_room(ui)) {
        return;
    }
    for (size_t i = 0; i < ui->model.n; i++) {
        if (matches(ui->model.stream[i].name, ui->filter)) {
            ui->order[ui->order_n++] = i;
        }
    }
    if (ui->view == &view_list) {
        sort(ui);
    }
    for (size_t i = 0; i < ui->order_n; i++) {
        if (ui_at(ui, i)->id == ui->selected) {
            ui->selected_at = i;
            return;
        }
    }
    ui_select_at(ui, ui->selected_at); /* it is gone: whoever took its place */
}
