/* SPDX-License-Identifier: MIT */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/charset.h"
#include "tui/keymap.h"

/* Bytes from the terminal to keys, mouse events and answers. Our own decoder instead of wgetch,
 * because the terminal also sends answers to questions (at any time, in pieces, and unknown ones),
 * which must never turn into keystrokes; because wgetch reads, waits and refreshes on its own; and
 * because a decoder that takes bytes and a time can be tested with tables and fuzzed. Pure: no
 * descriptor, no clock. Key strings come from terminfo and from the forms that xterm, VT and rxvt
 * agree on. */

enum input_kind { INPUT_KEY, INPUT_MOUSE, INPUT_REPORT };
enum input_mouse { MOUSE_PRESS, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
enum input_report {
    REPORT_CURSOR,    /* CPR: row, column */
    REPORT_DEVICE,    /* DA1: attributes */
    REPORT_CELL_SIZE, /* CSI 16 t: 6, height, width in pixels */
    REPORT_AREA_SIZE, /* CSI 14 t: 4, height, width in pixels of all cells */
    REPORT_SIXEL,     /* XTSMGRAPHICS: item, 0 when told, value (1: colours; 2: width, height) */
    REPORT_GRAPHICS,  /* kitty's query: text, "OK" when it has the protocol */
    REPORT_MODE,      /* DECRPM: mode, 0 unknown 1 set 2 reset 3 always 4 never */
    REPORT_STATUS,    /* DSR: 0 */
    REPORT_VERSION,   /* XTVERSION: text */
};
enum { INPUT_ARGS = 16, INPUT_TEXT = 64, INPUT_BUF = 512, INPUT_STRINGS = 40, INPUT_SEQ = 16 };

struct input_event {
    enum input_kind kind;
    uint32_t key; /* enum key or a character */
    bool pasted;  /* a character that was pasted, not typed */
    enum input_mouse mouse;
    int x, y; /* cells from 0 */
    enum input_report report;
    int arg[INPUT_ARGS];
    unsigned n;
    char text[INPUT_TEXT];
};

struct input_string {
    char seq[INPUT_SEQ];
    uint32_t key;
};

struct input {
    const struct charset *charset; /* borrowed */
    uint8_t buf[INPUT_BUF];
    size_t len;
    uint64_t since_ns;         /* when the newest byte came */
    uint64_t answers_until_ns; /* answers may come: be patient with what begins like one */
    bool expecting;            /* that is so now */
    bool pasting;
    bool skipping; /* inside a string too long to keep */
    struct input_string string[INPUT_STRINGS];
    unsigned strings;
};

void input_init(struct input *in, const struct charset *charset);

/* Adds a key's sequence from terminfo; NULL and those that are too long are left out. */
void input_string(struct input *in, const char *seq, uint32_t key);

/* Answers of the terminal are awaited until then; 0: no longer. */
void input_answers_until(struct input *in, uint64_t ns);

/* Takes bytes; returns how many there was room for (call input_next until it is false, then the
 * rest). */
size_t input_feed(struct input *in, const uint8_t *bytes, size_t len, uint64_t now_ns);

/* The next event; false: none, or one that is not complete yet. */
bool input_next(struct input *in, uint64_t now_ns, struct input_event *out);

/* When input_next must be called again although no byte came; UINT64_MAX: never. */
uint64_t input_deadline(const struct input *in);

#endif
