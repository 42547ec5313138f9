/* SPDX-License-Identifier: MIT */
#include "tui/lineedit.h"

#include <string.h>

#include "tui/bytes.h"
#include "tui/curses.h"
#include "tui/glyph.h"
#include "tui/keymap.h"
#include "util/text.h"

enum {
    CTRL_A = 1,
    CTRL_B = 2,
    CTRL_D = 4,
    CTRL_E = 5,
    CTRL_F = 6,
    CTRL_K = 11,
    CTRL_U = 21,
    CTRL_W = 23
};

void lineedit_set(struct lineedit *l, const char *text)
{
    text_copy(l->text, sizeof l->text, text);
    l->len = l->at = strlen(l->text);
}

static size_t before(const struct lineedit *l, size_t at)
{
    while (at > 0 && ((unsigned char)l->text[--at] & 0xc0) == 0x80) {
    }
    return at;
}

static size_t after(const struct lineedit *l, size_t at)
{
    uint32_t cp;
    return at < l->len ? at + text_decode(l->text + at, l->len - at, &cp) : at;
}

static void cut(struct lineedit *l, size_t from, size_t to)
{
    memmove(l->text + from, l->text + to, l->len - to + 1);
    l->len -= to - from;
    l->at = from;
}

static void insert(struct lineedit *l, uint32_t cp)
{
    struct bytes u = {0};
    bytes_utf8(&u, cp);
    if (!u.failed && l->len + u.len < sizeof l->text) {
        memmove(l->text + l->at + u.len, l->text + l->at, l->len - l->at + 1);
        memcpy(l->text + l->at, u.at, u.len);
        l->len += u.len;
        l->at += u.len;
    }
    bytes_fini(&u);
}

static size_t word_start(const struct lineedit *l)
{
    size_t at = l->at;
    while (at > 0 && strchr(" /", l->text[at - 1])) {
        at--;
    }
    while (at > 0 && !strchr(" /", l->text[at - 1])) {
        at--;
    }
    return at;
}

static bool edit_key(struct lineedit *l, uint32_t key)
{
    switch (key) {
    case KEYB_BACKSPACE:
        cut(l, before(l, l->at), l->at);
        return true;
    case KEYB_DELETE:
    case CTRL_D:
        cut(l, l->at, after(l, l->at));
        return true;
    case CTRL_U:
        cut(l, 0, l->at);
        return true;
    case CTRL_K:
        cut(l, l->at, l->len);
        return true;
    case CTRL_W:
        cut(l, word_start(l), l->at);
        return true;
    default:
        return false;
    }
}

static bool move_key(struct lineedit *l, uint32_t key)
{
    switch (key) {
    case KEYB_LEFT:
    case CTRL_B:
        l->at = before(l, l->at);
        return true;
    case KEYB_RIGHT:
    case CTRL_F:
        l->at = after(l, l->at);
        return true;
    case KEYB_HOME:
    case CTRL_A:
        l->at = 0;
        return true;
    case KEYB_END:
    case CTRL_E:
        l->at = l->len;
        return true;
    default:
        return false;
    }
}

bool lineedit_key(struct lineedit *l, uint32_t key)
{
    if (edit_key(l, key) || move_key(l, key)) {
        return true;
    }
    if (key < 0x110000 && glyph_width(key) > 0) {
        insert(l, key);
        return true;
    }
    return false;
}

static int columns(const struct lineedit *l, size_t from, size_t to)
{
    int w = 0;
    while (from < to) {
        uint32_t cp;
        from += text_decode(l->text + from, l->len - from, &cp);
        int one = glyph_width(cp);
        w += one < 0 ? 1 : one;
    }
    return w;
}

void lineedit_draw(const struct lineedit *l, int y, int x, int w, enum role role)
{
    size_t from = 0;
    if (w < 1) {
        return;
    }
    while (from < l->at && columns(l, from, l->at) >= w) {
        from = after(l, from);
    }
    draw_fill((struct box){y, x, 1, w}, role);
    draw_text(y, x, w, role, l->text + from);
    mvchgat(y, x + columns(l, from, l->at), 1, (attr_t)theme_attr(role) ^ A_REVERSE,
            theme_pair(role), NULL);
}
