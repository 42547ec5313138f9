/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "tui/glyph.h"
#include "tui/ui.h"
#include "tui/words.h"
#include "util/text.h"

/* The status line on top and the line of keys at the bottom. */

static void count_text(const struct ui *ui, char *buf, size_t cap)
{
    size_t live = 0, recording = ui_recording(ui);
    size_t n = ui->model.n;
    for (size_t i = 0; i < n; i++) {
        live += ui->model.stream[i].state == TUI_LIVE;
    }
    size_t len = text_format(
        buf, cap, n == 1 ? _("%zu camera · %zu live") : _("%zu cameras · %zu live"), n, live);
    if (recording) {
        text_format(buf + len, cap - len, _(" · %zu ● rec"), recording);
    }
}

static void where_text(const struct ui *ui, char *buf, size_t cap)
{
    size_t len = 0;
    buf[0] = 0;
    if (ui->view != &view_grid) {
        len += text_format(buf + len, cap - len, " · %s", _(ui->view->name));
    } else if (ui->pages > 1) {
        len += text_format(buf + len, cap - len, _(" · page %u/%u"), ui->page + 1, ui->pages);
    }
    if (ui->filter[0] && (ui->view->in & IN_STREAMS)) {
        text_format(buf + len, cap - len, _(" · only “%s”"), ui->filter);
    }
}

static void disk_text(const struct ui *ui, char *buf, size_t cap)
{
    char free_bytes[32], hours[32];
    const struct tui_model *m = &ui->model;
    if (!m->disk_known) {
        buf[0] = 0;
        return;
    }
    text_bytes(m->disk_free_bytes, free_bytes);
    if (m->record_bytes_per_second > 0) {
        double left = (double)m->disk_free_bytes / m->record_bytes_per_second / 3600;
        text_format(buf, cap, _("disk %s (%s)"), free_bytes, words_hours(left, hours));
    } else {
        text_format(buf, cap, _("disk %s"), free_bytes);
    }
}

enum { FACTS = 5, FACT = 64 };

/* Right side of the status line, most important first. */
static void status_facts(const struct ui *ui, char fact[FACTS][FACT])
{
    char rate[32];
    words_clock(ui->wall_us, fact[0]);
    disk_text(ui, fact[1], FACT);
    text_format(fact[2], FACT, _("out %s"), words_bytes_per_second(ui->out_bytes_per_second, rate));
    text_format(fact[3], FACT, _("%.0f pic/s"), ui->pictures_per_second);
    if (isnan(ui->model.cpu)) {
        fact[4][0] = 0;
    } else {
        text_format(fact[4], FACT, _("cpu %.0f %%"), ui->model.cpu * 100);
    }
}

static void draw_facts(const struct ui *ui, int y, int left)
{
    char fact[FACTS][FACT];
    int right = ui->whole.w - 1;
    status_facts(ui, fact);
    for (int i = 0; i < FACTS; i++) {
        int w = glyph_text_width(fact[i]);
        if (w && right - w >= left + 2) {
            draw_text(y, right - w, w, ROLE_BAR, fact[i]);
            right -= w + 2;
        }
    }
}

void bar_draw_status(struct ui *ui, int y)
{
    char count[TUI_TEXT_MAX], where[TUI_TEXT_MAX];
    char name[TUI_NAME_MAX + 16];
    draw_fill((struct box){y, 0, 1, ui->whole.w}, ROLE_BAR);
    bool named = ui->model.wall_name[0] && strcmp(ui->model.wall_name, "main") != 0;
    text_format(name, sizeof name, " camwall%s%s ", named ? " " : "",
                named ? ui->model.wall_name : "");
    int x = draw_text(y, 0, ui->whole.w, ROLE_BAR_NAME, name) + 1;
    count_text(ui, count, sizeof count);
    where_text(ui, where, sizeof where);
    x += draw_text(y, x, ui->whole.w - x, ROLE_BAR, count);
    x += draw_text(y, x, ui->whole.w - x, ROLE_BAR, where);
    draw_facts(ui, y, x);
}

/* Short signs for the bottom line. */
static const char *key_label(uint32_t key, char *buf)
{
    bool ascii = draw_is_ascii();
    if (key == KEYB_ENTER) {
        return ascii ? "Enter" : "⏎";
    }
    if (key == KEYB_TAB) {
        return ascii ? "Tab" : "⇥";
    }
    if (key == KEYB_ESC) {
        return "Esc";
    }
    return keymap_key_name(key, buf);
}

static const struct keymap_def *by_rank(unsigned rank, unsigned in)
{
    for (unsigned i = 0; i < keymap_n; i++) {
        if (keymap_defs[i].rank == rank && (keymap_defs[i].views & in)) {
            return &keymap_defs[i];
        }
    }
    return NULL;
}

static int entry_width(const struct ui *ui, const struct keymap_def *d)
{
    char buf[KEYMAP_NAME];
    uint32_t key = ui->keymap->key[d->action][0];
    return key ? glyph_text_width(key_label(key, buf)) + 1 + glyph_text_width(_(d->brief)) : 0;
}

static int draw_entry(struct ui *ui, int y, int x, const struct keymap_def *d)
{
    char buf[KEYMAP_NAME];
    int room = ui->whole.w - x, from = x;
    uint32_t key = ui->keymap->key[d->action][0];
    x += draw_text(y, x, room, ROLE_KEY, key_label(key, buf));
    x += 1 + draw_text(y, x + 1, ui->whole.w - x - 1, ROLE_BAR, _(d->brief));
    ui_hit(ui, (struct box){y, from, 1, x - from}, 0, d->action);
    return x - from;
}

/* By rank as many as fit; the way out keeps its place at the end. */
void bar_draw_keys(struct ui *ui, int y)
{
    const struct keymap_def *quit = NULL;
    int x = 1;
    draw_fill((struct box){y, 0, 1, ui->whole.w}, ROLE_BAR);
    for (unsigned i = 0; i < keymap_n; i++) {
        if (keymap_defs[i].action == ACT_QUIT) {
            quit = &keymap_defs[i];
        }
    }
    int tail = quit ? entry_width(ui, quit) : 0;
    for (unsigned rank = 1; rank < 32; rank++) {
        const struct keymap_def *d = by_rank(rank, ui->view->in);
        int w = d && d != quit ? entry_width(ui, d) : 0;
        if (w && x + w + 2 + tail < ui->whole.w) {
            x += draw_entry(ui, y, x, d) + 2;
        }
    }
    if (tail && x < ui->whole.w) {
        draw_entry(ui, y, x, quit);
    }
}
