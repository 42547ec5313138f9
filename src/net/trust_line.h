/* SPDX-License-Identifier: MIT */
#ifndef NET_TRUST_LINE_H
#define NET_TRUST_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What both trust files are made of: lines of words, # comments. Words are borrowed from the text
 * and not NUL-terminated. */
enum { TRUST_WORDS = 4, TRUST_LINE_MOST = 4096, TRUST_FILE_MOST = 1024 * 1024 };

struct trust_word {
    const char *at;
    size_t len;
};

struct trust_line {
    unsigned number; /* from 1 */
    unsigned n;      /* words, more than TRUST_WORDS if there are too many */
    bool too_long;   /* longer than TRUST_LINE_MOST: no words */
    struct trust_word word[TRUST_WORDS];
};

struct trust_reader {
    const char *at, *end;
    unsigned number;
};

/* The next line that is neither empty nor a comment. */
bool trust_line_next(struct trust_reader *r, struct trust_line *line);

bool trust_word_is(struct trust_word w, const char *text);
bool trust_word_fingerprint(struct trust_word w); /* "SHA256:" and 43 characters of base64 */
/* NUL-terminated into buf; false if it does not fit or has a NUL in it. */
bool trust_word_copy(struct trust_word w, char *buf, size_t cap);

#endif
