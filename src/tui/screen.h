/* SPDX-License-Identifier: MIT */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>

#include "tui/bytes.h"
#include "tui/charset.h"
#include "tui/input.h"

/* Curses on a memory file: it draws, and what it would write is taken out and given to the output
 * scheduler. One at a time in a process; every call on the same thread. */
struct screen {
    void *sp; /* SCREEN */
    FILE *to, *from;
    int memory;
    locale_t utf8, before; /* of this thread */
    int colors;            /* 0: none */
    unsigned cols, rows;
    char leave[256]; /* what brings the terminal back, whatever state it is in */
    char begin[64];  /* the other screen; curses sends it first of all */
    bool images;     /* leave takes them away */
    char enter[128]; /* mouse and paste reports on; after curses' first bytes */
};

/* term falls back to xterm-256color. in_fd is only given to curses, not read. ERR_LIBRARY with a
 * sentence in error (cap bytes). */
int screen_open(struct screen *s, const char *term, int in_fd, unsigned cols, unsigned rows,
                char *error, size_t cap);
void screen_close(struct screen *s);

/* The terminal keeps images of ours: to be taken away when it is left. */
void screen_keeps_images(struct screen *s);

void screen_resize(struct screen *s, unsigned cols, unsigned rows);
void screen_redraw(struct screen *s); /* the next flush sends everything */

/* What was drawn on stdscr since the last time, as bytes in the terminal's character set. True when
 * lines may be moved by that, and pictures with them. */
bool screen_flush(struct screen *s, const struct charset *charset, struct bytes *to);

/* Terminfo's strings for keys. */
void screen_keys(const struct screen *s, struct input *in);

#endif
