/* SPDX-License-Identifier: MIT */
#include "net/trust_line.h"

#include <string.h>

static const char prefix[] = "SHA256:";
enum { PREFIX = sizeof prefix - 1, DIGEST_TEXT = 43 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void split(struct trust_line *line, const char *at, const char *end)
{
    while (at < end) {
        if (is_space(*at)) {
            at++;
            continue;
        }
        if (*at == '#')
            return;
        const char *start = at;
        while (at < end && !is_space(*at))
            at++;
        if (line->n < TRUST_WORDS)
            line->word[line->n] = (struct trust_word){start, (size_t)(at - start)};
        line->n++;
    }
}

bool trust_line_next(struct trust_reader *r, struct trust_line *line)
{
    while (r->at < r->end) {
        const char *start = r->at;
        const char *nl = memchr(start, '\n', (size_t)(r->end - start));
        const char *end = nl ? nl : r->end;
        r->at = nl ? nl + 1 : r->end;
        *line = (struct trust_line){.number = ++r->number};
        line->too_long = end - start > TRUST_LINE_MOST;
        if (!line->too_long)
            split(line, start, end);
        if (line->too_long || line->n > 0)
            return true;
    }
    return false;
}

bool trust_word_is(struct trust_word w, const char *text)
{
    return strlen(text) == w.len && memcmp(w.at, text, w.len) == 0;
}

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool trust_word_fingerprint(struct trust_word w)
{
    if (w.len != PREFIX + DIGEST_TEXT || memcmp(w.at, prefix, PREFIX) != 0)
        return false;
    for (size_t i = PREFIX; i < w.len; i++)
        if (!is_base64(w.at[i]))
            return false;
    return true;
}

bool trust_word_copy(struct trust_word w, char *buf, size_t cap)
{
    if (w.len >= cap || memchr(w.at, 0, w.len))
        return false;
    memcpy(buf, w.at, w.len);
    buf[w.len] = 0;
    return true;
}
