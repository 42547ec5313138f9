/* SPDX-License-Identifier: MIT */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One table of keys: what each is called, does, and where. The bottom line, the help view, the
 * manual and remapping from the configuration file all come from it. */

/* A key as the decoder gives it: a Unicode character, or one of these. */
enum key {
    KEYB_NONE = 0,
    KEYB_TAB = 9,
    KEYB_ENTER = 13,
    KEYB_ESC = 27,
    KEYB_BACKSPACE = 127,
    KEYB_UP = 0x110000, /* one past Unicode */
    KEYB_DOWN,
    KEYB_LEFT,
    KEYB_RIGHT,
    KEYB_HOME,
    KEYB_END,
    KEYB_PGUP,
    KEYB_PGDN,
    KEYB_INSERT,
    KEYB_DELETE,
    KEYB_BACKTAB,
    KEYB_F1, /* … F12 follow */
    KEYB_F12 = KEYB_F1 + 11,
    KEYB_ALT = 0x400000, /* or'ed to a key */
};

enum action {
    ACT_NONE,
    ACT_UP,
    ACT_DOWN,
    ACT_LEFT,
    ACT_RIGHT,
    ACT_FIRST,
    ACT_LAST,
    ACT_PAGE_UP,
    ACT_PAGE_DOWN,
    ACT_NEXT,
    ACT_PREVIOUS,
    ACT_PICK, /* 1 … 9; the digit is the key */
    ACT_ZOOM,
    ACT_BACK,
    ACT_RECORD,
    ACT_RECORD_ALL,
    ACT_SNAPSHOT,
    ACT_SNAPSHOT_ALL,
    ACT_FREEZE,
    ACT_MODE,
    ACT_FASTER,
    ACT_SLOWER,
    ACT_GRID,
    ACT_DETAIL,
    ACT_LIST,
    ACT_EVENTS,
    ACT_SORT,
    ACT_SORT_REVERSE,
    ACT_ADD,
    ACT_REMOVE,
    ACT_RECONNECT,
    ACT_FILTER,
    ACT_THEME,
    ACT_HELP,
    ACT_REDRAW,
    ACT_DETACH,
    ACT_QUIT,
    ACTIONS
};

/* In which views an action does something. */
enum {
    IN_GRID = 1,
    IN_ZOOM = 2,
    IN_LIST = 4,
    IN_EVENTS = 8,
    IN_HELP = 16,
    IN_STREAMS = IN_GRID | IN_ZOOM | IN_LIST,
    IN_ALL = 31,
};

enum { KEYMAP_KEYS = 4, KEYMAP_NAME = 24 };

struct keymap_def {
    enum action action;
    const char *name;  /* in the configuration file: "record" */
    const char *keys;  /* default: "r, F5" */
    unsigned views;    /* IN_… */
    unsigned rank;     /* place in the bottom line, 1 first; 0: not there */
    const char *brief; /* bottom line: "rec" */
    const char *help;  /* help view and manual: a phrase */
};

/* All actions, in the order people read them. */
extern const struct keymap_def keymap_defs[];
extern const unsigned keymap_n;

struct keymap {
    uint32_t key[ACTIONS][KEYMAP_KEYS]; /* KEYB_NONE: unused */
};

void keymap_init(struct keymap *k); /* default keys */

/* Gives an action other keys ("r, F5, alt-x", "none"). Keys taken from another action are taken
 * away there. 0, ERR_UNKNOWN (no such action), ERR_FORMAT (no such key); *expect, which may be
 * NULL, then says what would be right. */
int keymap_remap(struct keymap *k, const char *action, const char *keys, const char **expect);

/* What a key does in a view (one IN_ bit); ACT_NONE: nothing. */
enum action keymap_find(const struct keymap *k, uint32_t key, unsigned view);

/* "r", "space", "enter", "F5", "alt-x"; buf has KEYMAP_NAME bytes and is returned. */
char *keymap_key_name(uint32_t key, char *buf);
int keymap_key_parse(const char *name, uint32_t *key); /* 0 or ERR_FORMAT */

/* The keys of an action as "r, F5"; "" if it has none. */
char *keymap_keys(const struct keymap *k, enum action a, char *buf, size_t cap);

/* The table as roff, for the manual; with the default keys. */
void keymap_man(FILE *out);

#endif
