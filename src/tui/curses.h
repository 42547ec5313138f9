/* SPDX-License-Identifier: MIT */
#ifndef TUI_CURSES_H
#define TUI_CURSES_H

/* Curses with wide characters, without its macros for common words. */
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#define NCURSES_NOMACROS 1
#include <curses.h>
#undef erase
#undef move
#undef clear
#undef timeout

#endif
