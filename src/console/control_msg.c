/* SPDX-License-Identifier: MIT */
#include "console/control_msg.h"

#include <errno.h>
#include <string.h>

#include "proto/wire.h"
#include "util/err.h"
#include "util/text.h"

enum { FLAG_NO_COLOR = 1, FLAG_TMUX = 2, FLAGS_KNOWN = 3 };

int control_msg_word(struct control_msg *m, const char *word)
{
    size_t used = m->n ? m->at[m->n - 1] + strlen(m->words + m->at[m->n - 1]) + 1 : 0;
    size_t len = strlen(word);

    if (!text_printable(word))
        return ERR_FORMAT;
    if (m->n == CONTROL_WORDS || len >= sizeof(m->words) - used)
        return ERR_LIMIT;
    memcpy(m->words + used, word, len + 1);
    m->at[m->n++] = (uint16_t)used;
    return 0;
}

static void put_words(struct wire_out *w, const struct control_msg *m)
{
    wire_put_u8(w, (uint8_t)m->n);
    for (unsigned i = 0; i < m->n; i++) {
        const char *word = m->words + m->at[i];
        size_t len = strlen(word);
        wire_put_u16(w, (uint16_t)len);
        wire_put_bytes(w, word, len);
    }
}

static void get_words(struct wire_in *w, struct control_msg *m)
{
    char word[CONTROL_WORDS_BYTES];
    unsigned n = wire_u8(w);

    for (unsigned i = 0; i < n && !w->bad; i++) {
        size_t len = wire_u16(w);
        const uint8_t *bytes = len < sizeof(word) ? wire_bytes(w, len) : NULL;
        if (!bytes || memchr(bytes, 0, len)) {
            w->bad = true;
            return;
        }
        memcpy(word, bytes, len);
        word[len] = '\0';
        w->bad |= control_msg_word(m, word) < 0;
    }
}

static void put_terminal(struct wire_out *w, const struct control_terminal *t)
{
    wire_put_string(w, t->term);
    wire_put_string(w, t->charset);
    wire_put_string(w, t->colorterm);
    wire_put_u8(w, (uint8_t)((t->no_color ? FLAG_NO_COLOR : 0) | (t->inside_tmux ? FLAG_TMUX : 0)));
    wire_put_u16(w, t->cols);
    wire_put_u16(w, t->rows);
}

static void get_terminal(struct wire_in *w, struct control_terminal *t)
{
    wire_string(w, t->term, sizeof(t->term));
    wire_string(w, t->charset, sizeof(t->charset));
    wire_string(w, t->colorterm, sizeof(t->colorterm));
    unsigned flags = wire_u8(w);
    w->bad |= flags > FLAGS_KNOWN;
    t->no_color = flags & FLAG_NO_COLOR;
    t->inside_tmux = flags & FLAG_TMUX;
    t->cols = wire_u16(w);
    t->rows = wire_u16(w);
}

static void put_body(struct wire_out *w, const struct control_msg *m)
{
    if (m->kind == CONTROL_COMMAND)
        put_words(w, m);
    if (m->kind == CONTROL_ATTACH)
        put_terminal(w, &m->terminal);
    if (m->kind == CONTROL_LEAVE)
        wire_put_u8(w, (uint8_t)m->leave);
    if (m->kind == CONTROL_END)
        wire_put_u8(w, (uint8_t)m->end);
    if (m->kind == CONTROL_END || m->kind == CONTROL_REPLY)
        wire_put_u8(w, m->status);
    if (m->kind >= CONTROL_REPLY && m->kind != CONTROL_SUSPENDED)
        wire_put_bytes(w, m->text, m->text_len);
}

static unsigned get_choice(struct wire_in *w, unsigned n)
{
    unsigned v = wire_u8(w);

    w->bad |= v >= n;
    return v;
}

static void get_body(struct wire_in *w, struct control_msg *m)
{
    if (m->kind == CONTROL_COMMAND)
        get_words(w, m);
    if (m->kind == CONTROL_ATTACH)
        get_terminal(w, &m->terminal);
    if (m->kind == CONTROL_LEAVE)
        m->leave = (enum control_leave)get_choice(w, LEAVES);
    if (m->kind == CONTROL_END)
        m->end = (enum control_end)get_choice(w, ENDS);
    if (m->kind == CONTROL_END || m->kind == CONTROL_REPLY)
        m->status = wire_u8(w);
    if (m->kind >= CONTROL_REPLY && m->kind != CONTROL_SUSPENDED) {
        m->text_len = wire_left(w);
        m->text = (const char *)wire_bytes(w, m->text_len);
        w->bad |= !w->bad && !text_utf8_valid(m->text, m->text_len);
    }
}

static size_t words_size(const struct control_msg *m)
{
    size_t bytes = 1;

    for (unsigned i = 0; i < m->n; i++)
        bytes += 2 + strlen(m->words + m->at[i]);
    return bytes;
}

size_t control_msg_size(const struct control_msg *m)
{
    const struct control_terminal *t = &m->terminal;

    switch (m->kind) {
    case CONTROL_COMMAND:
        return CONTROL_HEADER + words_size(m);
    case CONTROL_ATTACH:
        return CONTROL_HEADER + 3 + strlen(t->term) + strlen(t->charset) + strlen(t->colorterm) + 5;
    case CONTROL_LEAVE:
        return CONTROL_HEADER + 1;
    case CONTROL_REPLY:
        return CONTROL_HEADER + 1 + m->text_len;
    case CONTROL_END:
        return CONTROL_HEADER + 2 + m->text_len;
    case CONTROL_SHOWN:
    case CONTROL_TOO_OLD:
        return CONTROL_HEADER + m->text_len;
    default:
        return CONTROL_HEADER;
    }
}

size_t control_msg_encode(const struct control_msg *m, uint8_t *buf, size_t cap)
{
    struct wire_out w = wire_out(buf, cap);

    wire_put_u32(&w, (uint32_t)(control_msg_size(m) - CONTROL_HEADER));
    wire_put_u8(&w, CONTROL_VERSION);
    wire_put_u8(&w, (uint8_t)m->kind);
    wire_put_u16(&w, 0);
    put_body(&w, m);
    return wire_len(&w);
}

static bool is_kind(unsigned kind)
{
    return (kind >= CONTROL_COMMAND && kind <= CONTROL_LEAVE) ||
           (kind >= CONTROL_REPLY && kind <= CONTROL_TOO_OLD);
}

int control_msg_decode(const uint8_t *bytes, size_t len, size_t most, struct control_msg *m,
                       size_t *used)
{
    struct wire_in header = wire_in(bytes, len < CONTROL_HEADER ? len : CONTROL_HEADER);
    uint32_t body = wire_u32(&header);
    unsigned version = wire_u8(&header), kind = wire_u8(&header);

    wire_u16(&header);
    if (header.bad)
        return -EAGAIN;
    *m = (struct control_msg){.kind = (enum control_kind)kind};
    if (version != CONTROL_VERSION && kind != CONTROL_TOO_OLD)
        return ERR_CHANGED;
    if (!is_kind(kind))
        return ERR_FORMAT;
    if (body > most)
        return ERR_LIMIT;
    if (len - CONTROL_HEADER < body)
        return -EAGAIN;
    struct wire_in w = wire_in(bytes + CONTROL_HEADER, body);
    get_body(&w, m);
    *used = CONTROL_HEADER + body;
    return wire_done(&w) ? 0 : ERR_FORMAT;
}
