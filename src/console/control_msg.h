/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_CONTROL_MSG_H
#define CONSOLE_CONTROL_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes over a wall's control socket: bytes <-> meaning, pure. A message is
 *     u32 length of the body, u8 version, u8 kind, u16 zero, body
 * and both ends are the same program, maybe of two releases: the first eight bytes never change, so
 * that each can tell the other that it is too old. */
enum { CONTROL_VERSION = 1, CONTROL_HEADER = 8 };

enum control_kind {
    /* to the wall */
    CONTROL_COMMAND = 1, /* words; answered by one CONTROL_REPLY */
    CONTROL_ATTACH,      /* the terminal; two descriptors, in and out, come with its first byte */
    CONTROL_RESIZE,
    CONTROL_SUSPEND, /* give the terminal back; answered by CONTROL_SUSPENDED */
    CONTROL_RESUME,
    CONTROL_LEAVE, /* leave: what ended the attaching process; answered by CONTROL_END */
    /* from the wall */
    CONTROL_REPLY = 65, /* status and text, JSON */
    CONTROL_SHOWN,      /* the screen runs on the terminal; text: the wall's name */
    CONTROL_SUSPENDED,
    CONTROL_END,     /* the terminal is given back: end, status, text for people */
    CONTROL_TOO_OLD, /* the two ends speak different versions; text: the wall's release */
};

enum control_leave {
    LEAVE_DETACH,  /* the wall goes on */
    LEAVE_HANG_UP, /* the terminal goes away: it goes on if there is a reason to */
    LEAVE_QUIT,    /* the wall ends */
    LEAVES
};

enum control_end {
    END_DETACHED,
    END_TAKEN_OVER, /* by another terminal */
    END_ENDED,      /* the wall itself; status is its exit status */
    END_REFUSED,    /* the terminal cannot show it; text says why */
    ENDS
};

enum {
    CONTROL_WORDS = 8,          /* of a command */
    CONTROL_WORDS_BYTES = 2048, /* all of them together, with their NULs */
    CONTROL_NAME = 64,          /* a terminal's type, character set, colours, with NUL */
    CONTROL_REQUEST = 4096,     /* most bytes of a body to the wall */
    CONTROL_ANSWER = 4 << 20    /* and from it */
};

struct control_terminal {
    char term[CONTROL_NAME], charset[CONTROL_NAME], colorterm[CONTROL_NAME];
    bool no_color, inside_tmux;
    uint16_t cols, rows; /* 0: not known */
};

struct control_msg {
    enum control_kind kind;
    struct control_terminal terminal;
    enum control_leave leave;
    enum control_end end;
    uint8_t status;
    const char *text; /* borrowed, also from the decoder's bytes; not NUL-terminated there */
    size_t text_len;
    unsigned n;                 /* words */
    uint16_t at[CONTROL_WORDS]; /* where each begins in words */
    char words[CONTROL_WORDS_BYTES];
};

/* Adds a word of printable UTF-8. ERR_FORMAT, ERR_LIMIT. */
int control_msg_word(struct control_msg *m, const char *word);

/* Bytes that encoding takes; and the encoding, into at least as many: returns their number. */
size_t control_msg_size(const struct control_msg *m);
size_t control_msg_encode(const struct control_msg *m, uint8_t *buf, size_t cap);

/* The message at the front of len bytes; *used says how many it took. 0, -EAGAIN (it is not whole
 * yet), ERR_LIMIT (its body is longer than most), ERR_CHANGED (another version; kind is set),
 * ERR_FORMAT. */
int control_msg_decode(const uint8_t *bytes, size_t len, size_t most, struct control_msg *m,
                       size_t *used);

#endif
