/* SPDX-License-Identifier: MIT */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"
#include "tui/model.h"

/* The screen: a thread that shows a model on a terminal it is handed and turns keys into actions.
 * It can be started and ended any number of times in a process, one at a time. */

/* The terminal. The descriptors stay the caller's and must stay open until tui_free(); the screen
 * opens the terminal anew through /proc/self/fd, so no flag of theirs is changed. */
struct tui_terminal {
    int in, out;
    char term[64];    /* $TERM of the terminal; one without terminfo entry: xterm-256color */
    char charset[32]; /* nl_langinfo(CODESET) over there: "UTF-8", "ISO-8859-1", "ANSI_X3.4-1968" */
    char colorterm[32];  /* $COLORTERM: "truecolor" or "24bit" say so; else "" */
    bool no_color;       /* $NO_COLOR is set and not empty */
    bool inside_tmux;    /* $TMUX is set */
    unsigned cols, rows; /* 0: asked of the terminal */
};

/* Fills one from this process's environment and locale (setlocale is the caller's business). */
void tui_terminal_from_environment(struct tui_terminal *t, int in, int out);

enum tui_mode { /* how pictures are shown, best first; AUTO picks the best the terminal has */
                TUI_MODE_AUTO,
                TUI_MODE_KITTY, /* as pixels: kitty's graphics, iTerm2's images, sixel */
                TUI_MODE_ITERM2,
                TUI_MODE_SIXEL,
                TUI_MODE_TRUECOLOR, /* as cells of text */
                TUI_MODE_256,
                TUI_MODE_16,
                TUI_MODE_ASCII,
                TUI_MODE_OFF,
                TUI_MODES
};
enum tui_symbols {
    TUI_SYMBOLS_HALF,
    TUI_SYMBOLS_QUAD,
    TUI_SYMBOLS_BLOCK,
    TUI_SYMBOLS_SEXTANT,
    TUI_SYMBOLS_BRAILLE,
    TUI_SYMBOLS_ASCII,
    TUI_SYMBOLSETS
};
enum tui_theme { TUI_THEME_DARK, TUI_THEME_LIGHT, TUI_THEME_CONTRAST, TUI_THEME_MONO, TUI_THEMES };

/* Names as people write them, in the order of the enums, NULL at the end: for the options table. */
extern const char *const tui_mode_names[];
extern const char *const tui_symbols_names[];
extern const char *const tui_theme_names[];

struct keymap;

struct tui_settings {
    enum tui_mode mode;
    enum tui_symbols symbols;
    enum tui_theme theme;
    unsigned fps;                /* most pictures a second and panel; 0: 10 */
    const struct keymap *keymap; /* borrowed; NULL: the default keys */
};

/* Where it all comes from. Every function returns at once: it may take a short lock, never wait
 * for network or disk. */
struct tui_source {
    void *ctx;
    /* Brings the model up to date. UI thread. The model is the same one every time. */
    void (*snapshot)(void *ctx, struct tui_model *m);
    /* Graphs of one stream. UI thread; false: no such stream. */
    bool (*history)(void *ctx, uint64_t stream, struct tui_history *h);
    /* A new reference to the newest whole frame (FRAME_JPEG), NULL if there is none or the stream
     * is gone. Any thread; the same frame again is fine. */
    struct frame *(*newest)(void *ctx, uint64_t stream);
};

enum tui_switch { TUI_OFF, TUI_ON, TUI_TOGGLE };
enum tui_trust_answer { TUI_TRUST_NO, TUI_TRUST_ONCE, TUI_TRUST_ALWAYS };
enum tui_end {
    TUI_END_QUIT,    /* the person wants the program to end (and was asked while recording) */
    TUI_END_DETACH,  /* the person wants the screen to go and the rest to stay */
    TUI_END_GONE,    /* the terminal went away */
    TUI_END_STOPPED, /* tui_free() */
};

/* What keys do. UI thread; each starts something and returns at once. What came of it is told in
 * the model, as events and as states. */
struct tui_actions {
    void *ctx;
    void (*record)(void *ctx, uint64_t stream, enum tui_switch to);
    void (*record_all)(void *ctx, enum tui_switch to);
    void (*snapshot)(void *ctx, uint64_t stream);
    void (*snapshot_all)(void *ctx);
    void (*add)(void *ctx, const char *url); /* as an operand on the command line */
    void (*remove)(void *ctx, uint64_t stream);
    void (*reconnect)(void *ctx, uint64_t stream);
    void (*trust)(void *ctx, uint64_t question, enum tui_trust_answer answer);
    void (*catalogue)(void *ctx, const char *host); /* the answer comes in model.catalogue */
    /* The pixels a stream's picture is now shown at and how often; 0, 0, 0: not visible. */
    void (*want_size)(void *ctx, uint64_t stream, unsigned width, unsigned height, unsigned fps);
    /* Last call of the UI thread: the terminal is as it was before. */
    void (*ended)(void *ctx, enum tui_end how);
};

struct tui;

/* Starts the screen's thread. Copies the settings and tables; the keymap is borrowed. Returns
 * -errno, or ERR_LIBRARY with the reason in error (TUI_TEXT_MAX bytes) when the terminal cannot
 * show it (no terminfo, no cursor addressing, not a terminal). */
int tui_new(struct tui **out, const struct tui_settings *settings,
            const struct tui_terminal *terminal, const struct tui_source *source,
            const struct tui_actions *actions, char *error);

/* Ends it if it runs, gives the terminal back, joins. Not from inside an action. */
void tui_free(struct tui *t);

/* SIGWINCH came. Async-signal-safe; the size is asked of the terminal. */
void tui_resize(struct tui *t);

/* For SIGTSTP: gives the terminal back and returns when that is done (in bounded time); then for
 * SIGCONT: takes it again and draws everything anew. One thread, not the UI thread. */
void tui_suspend(struct tui *t);
void tui_resume(struct tui *t);

#endif
