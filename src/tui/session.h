/* SPDX-License-Identifier: MIT */
#ifndef TUI_SESSION_H
#define TUI_SESSION_H

#include "tui/input.h"
#include "tui/output.h"
#include "tui/screen.h"
#include "tui/stage.h"
#include "tui/tty.h"
#include "tui/ui.h"

/* A screen on a terminal, from taking it to giving it back; again after a suspension. One thread,
 * except that session_init and session_try may come before it from another. */
struct session {
    struct tui_terminal terminal;
    int wake_fd; /* borrowed */
    struct ui ui;
    struct tty tty;
    struct charset charset;
    struct screen screen;
    struct input input;
    struct output output;
    struct stage stage;
    bool entered, initialized;
    bool draw;       /* something changed that is not on the screen yet */
    bool everything; /* the terminal's contents are lost */
    bool ask_size;   /* of cells, behind what is drawn next */
    uint64_t answers_until_ns, next_update_ns, next_picture_ns, next_figures_ns;
};

int session_init(struct session *s, const struct tui_settings *settings,
                 const struct tui_terminal *terminal, const struct tui_source *source,
                 const struct tui_actions *actions, int wake_fd);
void session_fini(struct session *s);

/* Whether the terminal can be taken, without touching it; error: TUI_TEXT_MAX bytes. */
int session_try(struct session *s, char *error);
int session_enter(struct session *s, char *error);
void session_leave(struct session *s);

/* Until the person or the terminal ends it, or go_on says false: then TUI_END_STOPPED. */
enum tui_end session_run(struct session *s, bool (*go_on)(void *ctx), void *ctx);

#endif
