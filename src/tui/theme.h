/* SPDX-License-Identifier: MIT */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/tui.h"

/* What colours mean. They mean the same in every view, and never carry a meaning alone: words,
 * signs and attributes say it too. */
enum role {
    ROLE_TEXT,
    ROLE_DIM,
    ROLE_BAR,      /* status line, bottom line */
    ROLE_BAR_NAME, /* the program's name in it */
    ROLE_KEY,      /* a key in the bottom line and dialogs */
    ROLE_BORDER,
    ROLE_FOCUS, /* border and title of the selected panel */
    ROLE_TITLE,
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_REC,
    ROLE_ROW,  /* the selected line of a list */
    ROLE_HEAD, /* heads of columns and sections */
    ROLE_DIALOG,
    ROLE_DIALOG_DIM,
    ROLE_DIALOG_KEY,
    ROLE_INPUT,
    ROLE_GRAPH,
    ROLE_TOAST,
    ROLE_TOAST_BAD,
    ROLES
};

/* Prepares curses' colour pairs; colors: how many the terminal has (below 8: mono). */
void theme_set(enum tui_theme theme, int colors);

/* The attributes to draw a role with, as curses' attr_t with its pair. */
unsigned long theme_attr(enum role role);
short theme_pair(enum role role);

/* The panels' ground, for the edges of pictures: an index of the palette. */
unsigned theme_ground(void);

#endif
