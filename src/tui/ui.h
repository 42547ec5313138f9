/* SPDX-License-Identifier: MIT */
#ifndef TUI_UI_H
#define TUI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/caps.h"
#include "tui/draw.h"
#include "tui/freezer.h"
#include "tui/keymap.h"
#include "tui/lineedit.h"
#include "tui/model.h"
#include "tui/tui.h"

/* What the person sees and does: views, selection, dialogs, messages. Drawn from the model alone;
 * everything here runs on the UI thread. A view is a row in view_registry and a file of its own;
 * so is a dialog. */

struct ui;

struct view {
    const char *name; /* shown in the status line */
    unsigned in;      /* its IN_ bit */
    void (*draw)(struct ui *ui);
    bool (*act)(struct ui *ui, enum action a); /* false: the common action, if any */
    void (*press)(struct ui *ui, int y, int x, bool twice);
};

extern const struct view view_grid, view_zoom, view_list, view_events, view_help;

struct dialog {
    const char *title;
    struct box (*place)(const struct ui *ui);
    void (*draw)(struct ui *ui, struct box b); /* b: inside the border */
    void (*key)(struct ui *ui, uint32_t key, bool pasted);
    bool (*over)(const struct ui *ui); /* its reason has gone; NULL: never */
};

extern const struct dialog dialog_add, dialog_trust, dialog_quit, dialog_remove, dialog_filter;

/* Where a stream's picture goes in what was drawn last. */
struct place {
    uint64_t stream;
    struct box box;
};
/* What a press of the mouse on cells means. */
struct hit {
    struct box box;
    uint64_t stream;    /* 0: none */
    enum action action; /* when no stream */
};

enum { UI_HITS = 128, UI_PLACES = 64, UI_DETAILS = 4, UI_ADD_HISTORY = 16, UI_FPS_MAX = 30 };

struct ui_add {
    struct lineedit line;
    bool asked; /* a catalogue was asked for the host in the line */
    char host[TUI_NAME_MAX];
    size_t pick;   /* 0: all cameras; i: camera i - 1 */
    unsigned back; /* steps into the history; 0: the line itself */
};

struct ui {
    struct tui_settings settings; /* mode: as wanted; mode_now: what that comes to */
    struct tui_source source;
    struct tui_actions actions;
    const struct keymap *keymap;
    struct keymap default_keys;
    struct tui_model model;
    struct tui_history history; /* of the zoomed stream */
    struct caps caps;
    enum tui_mode mode_now;

    struct box whole, area; /* screen; what the view has of it */
    uint64_t now_us;
    int64_t wall_us;
    double out_bytes_per_second, pictures_per_second;

    const struct view *view, *back;
    const struct dialog *dialog;
    uint64_t selected; /* stream; 0: none */
    size_t *order;     /* indices into model.stream: filtered, sorted in the list */
    size_t order_n, order_cap;
    size_t selected_at; /* in order */
    char filter[TUI_NAME_MAX];
    unsigned grid_columns; /* 0: as is best */
    unsigned page, pages, page_size;
    unsigned detail;
    unsigned sort_column;
    bool sort_reverse;
    size_t scroll; /* lines from the end (events) or the top (help) */
    size_t scroll_most;
    struct freezer freezer;

    struct ui_add add;
    struct lineedit filter_line;
    uint64_t removing;       /* stream of dialog_remove */
    uint64_t trust_answered; /* question already answered */
    char add_history[UI_ADD_HISTORY][TUI_TEXT_MAX];
    unsigned add_history_n;

    char toast[TUI_TEXT_MAX];
    enum tui_level toast_level;
    uint64_t toast_until_us;
    uint64_t toast_seq;               /* newest event that was shown */
    struct box toast_box, dialog_box; /* where they were drawn; empty: not */

    struct place place[UI_PLACES];
    size_t places;
    struct hit hit[UI_HITS];
    size_t hits;
    uint64_t press_us; /* of the last press, for double clicks */
    uint64_t press_stream;

    bool redraw; /* everything anew, pictures too */
    bool theme_changed;
    bool ended;
    enum tui_end end;
};

int ui_init(struct ui *ui, const struct tui_settings *settings, const struct tui_source *source,
            const struct tui_actions *actions);
void ui_fini(struct ui *ui);

/* Brings the model up to date and what follows from it: order, selection, messages, questions. */
void ui_update(struct ui *ui, uint64_t now_us, int64_t wall_us);
void ui_draw(struct ui *ui, unsigned cols, unsigned rows);
void ui_key(struct ui *ui, uint32_t key, bool pasted);
void ui_mouse(struct ui *ui, const struct input_event *e);
void ui_report(struct ui *ui, const struct input_event *e);

/* For views and dialogs. */
void ui_refresh(struct ui *ui);                                       /* model, order, selection */
const struct tui_stream *ui_stream(const struct ui *ui, uint64_t id); /* NULL: gone */
const struct tui_stream *ui_selected(const struct ui *ui);
const struct tui_stream *ui_at(const struct ui *ui, size_t i); /* i < order_n */
void ui_select_at(struct ui *ui, size_t i);                    /* clamped */
void ui_move(struct ui *ui, long by);
void ui_show(struct ui *ui, const struct view *v);
void ui_say(struct ui *ui, enum tui_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ui_place(struct ui *ui, uint64_t stream, struct box b);
void ui_hit(struct ui *ui, struct box b, uint64_t stream, enum action a);
bool ui_frozen(struct ui *ui, uint64_t stream);
void ui_open(struct ui *ui, const struct dialog *d);
void ui_close(struct ui *ui);
void ui_end(struct ui *ui, enum tui_end how);
size_t ui_recording(const struct ui *ui); /* streams that record */
void ui_set_mode(struct ui *ui);          /* after caps or the wish changed */

/* The common actions (ui_act.c) and the order of streams (ui_order.c). */
void ui_act(struct ui *ui, enum action a, uint32_t key);
void ui_order(struct ui *ui);
const char *ui_sort_name(unsigned column);

/* Status line and bottom line (bars.c), a stream's panel (panel.c), questions (dialog.c). */
void bar_draw_status(struct ui *ui, int y);
void bar_draw_keys(struct ui *ui, int y);
void panel_draw(struct ui *ui, const struct tui_stream *s, size_t number, struct box b,
                unsigned detail);
void dialog_draw(struct ui *ui);
int dialog_buttons(int y, int x, int w, const char *const *pairs); /* key, text, …, NULL */

#endif
