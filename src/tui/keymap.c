/* SPDX-License-Identifier: MIT */
#include "tui/keymap.h"

#include <string.h>
#include <strings.h>

#include "util/err.h"
#include "util/text.h"

const struct keymap_def keymap_defs[] = {
    {ACT_UP, "up", "up, k", IN_ALL, 0, NULL, N_("select the panel or line above, or scroll")},
    {ACT_DOWN, "down", "down, j", IN_ALL, 0, NULL, N_("select the panel or line below, or scroll")},
    {ACT_LEFT, "left", "left", IN_STREAMS, 0, NULL, N_("select the one to the left")},
    {ACT_RIGHT, "right", "right", IN_STREAMS, 0, NULL, N_("select the one to the right")},
    {ACT_NEXT, "next", "tab", IN_STREAMS, 8, N_("next"), N_("select the next stream")},
    {ACT_PREVIOUS, "previous", "backtab", IN_STREAMS, 0, NULL, N_("select the one before")},
    {ACT_PICK, "pick", "1", IN_STREAMS, 0, NULL, N_("select by number, 1 to 9")},
    {ACT_FIRST, "first", "home", IN_ALL, 0, NULL, N_("select the first; scroll to the top")},
    {ACT_LAST, "last", "end", IN_ALL, 0, NULL, N_("select the last; scroll to the end")},
    {ACT_PAGE_UP, "page-up", "pgup", IN_ALL, 0, NULL, N_("the page before")},
    {ACT_PAGE_DOWN, "page-down", "pgdn", IN_ALL, 0, NULL, N_("the next page")},
    {ACT_ZOOM, "zoom", "enter", IN_GRID | IN_LIST, 6, N_("zoom"),
     N_("show one stream large, with graphs")},
    {ACT_BACK, "back", "esc", IN_ALL & ~IN_GRID, 3, N_("back"), N_("back to the view before")},
    {ACT_RECORD, "record", "r", IN_STREAMS, 4, N_("rec"), N_("record this stream, or stop")},
    {ACT_RECORD_ALL, "record-all", "R", IN_ALL, 5, N_("all"),
     N_("record every stream, or stop all")},
    {ACT_SNAPSHOT, "snapshot", "s", IN_STREAMS, 7, N_("snap"),
     N_("save this stream's picture as a file")},
    {ACT_SNAPSHOT_ALL, "snapshot-all", "S", IN_ALL, 0, NULL, N_("save every stream's picture")},
    {ACT_FREEZE, "freeze", "space", IN_STREAMS, 15, N_("freeze"),
     N_("hold the picture; recording and figures go on")},
    {ACT_MODE, "mode", "v", IN_GRID | IN_ZOOM, 9, N_("mode"),
     N_("next way to show pictures: pixels, colours, ASCII, off")},
    {ACT_FASTER, "faster", "+, =", IN_GRID | IN_ZOOM, 0, NULL, N_("more pictures a second")},
    {ACT_SLOWER, "slower", "-", IN_GRID | IN_ZOOM, 0, NULL, N_("fewer pictures a second")},
    {ACT_GRID, "grid", "g", IN_STREAMS, 14, N_("grid"),
     N_("grid view; there: next number of columns")},
    {ACT_DETAIL, "detail", "i", IN_GRID | IN_ZOOM, 13, N_("info"), N_("more or fewer figures")},
    {ACT_LIST, "list", "l", IN_ALL & ~IN_LIST, 10, N_("list"), N_("all streams, a line each")},
    {ACT_SORT, "sort", "o", IN_LIST, 6, N_("sort"), N_("in the list: sort by the next column")},
    {ACT_SORT_REVERSE, "sort-reverse", "O", IN_LIST, 7, N_("reverse"),
     N_("in the list: the other way round")},
    {ACT_EVENTS, "events", "e", IN_ALL & ~IN_EVENTS, 11, N_("events"),
     N_("what happened, with times")},
    {ACT_ADD, "add", "a", IN_ALL, 12, N_("add"),
     N_("add a stream by its URL, or choose from a host")},
    {ACT_REMOVE, "remove", "d, delete", IN_STREAMS, 0, NULL, N_("remove this stream")},
    {ACT_RECONNECT, "reconnect", "c", IN_STREAMS, 0, NULL, N_("connect again now")},
    {ACT_FILTER, "filter", "/", IN_STREAMS, 0, NULL, N_("only streams whose name matches")},
    {ACT_THEME, "theme", "t", IN_ALL, 0, NULL, N_("next colours: dark, light, contrast, mono")},
    {ACT_REDRAW, "redraw", "ctrl-l", IN_ALL, 0, NULL, N_("draw the screen anew")},
    {ACT_HELP, "help", "?, F1", IN_ALL, 1, N_("help"), N_("this help")},
    {ACT_DETACH, "detach", "z", IN_ALL, 0, NULL, N_("leave the screen; the rest goes on")},
    {ACT_QUIT, "quit", "q", IN_ALL, 2, N_("quit"), N_("end the program; asks while recording")},
};
const unsigned keymap_n = sizeof keymap_defs / sizeof keymap_defs[0];

static const struct {
    uint32_t key;
    const char *name;
} names[] = {
    {KEYB_TAB, "tab"},
    {KEYB_ENTER, "enter"},
    {KEYB_ESC, "esc"},
    {KEYB_BACKSPACE, "backspace"},
    {KEYB_UP, "up"},
    {KEYB_DOWN, "down"},
    {KEYB_LEFT, "left"},
    {KEYB_RIGHT, "right"},
    {KEYB_HOME, "home"},
    {KEYB_END, "end"},
    {KEYB_PGUP, "pgup"},
    {KEYB_PGDN, "pgdn"},
    {KEYB_INSERT, "insert"},
    {KEYB_DELETE, "delete"},
    {KEYB_BACKTAB, "backtab"},
    {' ', "space"},
    {',', "comma"},
};

char *keymap_key_name(uint32_t key, char *buf)
{
    const char *alt = key & KEYB_ALT ? "alt-" : "";
    key &= ~(uint32_t)KEYB_ALT;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].key == key) {
            text_format(buf, KEYMAP_NAME, "%s%s", alt, names[i].name);
            return buf;
        }
    }
    if (key >= KEYB_F1 && key <= KEYB_F12) {
        text_format(buf, KEYMAP_NAME, "%sF%u", alt, (unsigned)(key - KEYB_F1 + 1));
    } else if (key < ' ') {
        text_format(buf, KEYMAP_NAME, "%sctrl-%c", alt, (char)(key + 'a' - 1));
    } else if (key < 0x80) {
        text_format(buf, KEYMAP_NAME, "%s%c", alt, (char)key);
    } else {
        text_format(buf, KEYMAP_NAME, "%sU+%04X", alt, (unsigned)key);
    }
    return buf;
}

static int parse_function_key(const char *s, uint32_t *key)
{
    unsigned n = 0;
    if (s[0] != 'F' && s[0] != 'f') {
        return ERR_FORMAT;
    }
    for (s++; *s >= '0' && *s <= '9' && n < 100; s++) {
        n = n * 10 + (unsigned)(*s - '0');
    }
    if (*s || n < 1 || n > 12) {
        return ERR_FORMAT;
    }
    *key = KEYB_F1 + n - 1;
    return 0;
}

static int parse_plain_key(const char *s, uint32_t *key)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!strcasecmp(names[i].name, s)) {
            *key = names[i].key;
            return 0;
        }
    }
    if (!strncasecmp(s, "ctrl-", 5) && s[5] >= 'a' && s[5] <= 'z' && !s[6]) {
        *key = (uint32_t)(s[5] - 'a' + 1);
        return 0;
    }
    uint32_t cp;
    size_t len = strlen(s);
    if (len && text_printable(s) && text_decode(s, len, &cp) == len) {
        *key = cp;
        return 0;
    }
    return parse_function_key(s, key);
}

int keymap_key_parse(const char *name, uint32_t *key)
{
    uint32_t alt = 0;
    if (!strncasecmp(name, "alt-", 4)) {
        alt = KEYB_ALT;
        name += 4;
    }
    int err = parse_plain_key(name, key);
    if (!err) {
        *key |= alt;
    }
    return err;
}

/* Splits "r, F5" at commas and blanks; "none" is no key at all. */
static int parse_keys(const char *keys, uint32_t out[KEYMAP_KEYS])
{
    unsigned n = 0;
    memset(out, 0, KEYMAP_KEYS * sizeof out[0]);
    for (const char *s = keys; *s;) {
        size_t len = strcspn(s, ", \t");
        char word[KEYMAP_NAME];
        if (len == 0) {
            s++;
            continue;
        }
        if (len >= sizeof word) {
            return ERR_FORMAT;
        }
        memcpy(word, s, len);
        word[len] = 0;
        s += len;
        if (!strcasecmp(word, "none")) {
            continue;
        }
        if (n == KEYMAP_KEYS || keymap_key_parse(word, &out[n])) {
            return ERR_FORMAT;
        }
        n++;
    }
    return 0;
}

void keymap_init(struct keymap *k)
{
    memset(k, 0, sizeof *k);
    for (unsigned i = 0; i < keymap_n; i++) {
        parse_keys(keymap_defs[i].keys, k->key[keymap_defs[i].action]);
    }
}

static const struct keymap_def *def_by_name(const char *name)
{
    for (unsigned i = 0; i < keymap_n; i++) {
        if (!strcmp(keymap_defs[i].name, name)) {
            return &keymap_defs[i];
        }
    }
    return NULL;
}

static const struct keymap_def *def_of(enum action a)
{
    for (unsigned i = 0; i < keymap_n; i++) {
        if (keymap_defs[i].action == a) {
            return &keymap_defs[i];
        }
    }
    return NULL;
}

static void forget_key(struct keymap *k, uint32_t key, const struct keymap_def *for_def)
{
    for (int a = 0; a < ACTIONS; a++) {
        const struct keymap_def *d = def_of((enum action)a);
        if (!d || !(d->views & for_def->views)) {
            continue;
        }
        for (int i = 0; i < KEYMAP_KEYS; i++) {
            if (k->key[a][i] == key) {
                k->key[a][i] = KEYB_NONE;
            }
        }
    }
}

int keymap_remap(struct keymap *k, const char *action, const char *keys, const char **expect)
{
    const struct keymap_def *d = def_by_name(action);
    uint32_t list[KEYMAP_KEYS];
    if (!d) {
        if (expect) {
            *expect = _("the name of an action, as the manual lists them");
        }
        return ERR_UNKNOWN;
    }
    if (parse_keys(keys, list)) {
        if (expect) {
            *expect = _("up to four of: a character, space, comma, tab, backtab, enter, esc, up, "
                        "down, left, right, home, end, pgup, pgdn, insert, delete, backspace, F1 "
                        "to F12, ctrl-a to ctrl-z, alt- before any of these; or none");
        }
        return ERR_FORMAT;
    }
    for (int i = 0; i < KEYMAP_KEYS && list[i]; i++) {
        forget_key(k, list[i], d);
    }
    memcpy(k->key[d->action], list, sizeof list);
    return 0;
}

static bool digit_picks(const struct keymap *k, uint32_t key)
{
    return k->key[ACT_PICK][0] == '1' && key >= '2' && key <= '9';
}

enum action keymap_find(const struct keymap *k, uint32_t key, unsigned view)
{
    for (unsigned i = 0; key != KEYB_NONE && i < keymap_n; i++) {
        const struct keymap_def *d = &keymap_defs[i];
        for (int j = 0; (d->views & view) && j < KEYMAP_KEYS; j++) {
            if (k->key[d->action][j] == key) {
                return d->action;
            }
        }
    }
    return digit_picks(k, key) && (view & IN_STREAMS) ? ACT_PICK : ACT_NONE;
}

char *keymap_keys(const struct keymap *k, enum action a, char *buf, size_t cap)
{
    size_t len = 0;
    buf[0] = 0;
    for (int i = 0; i < KEYMAP_KEYS; i++) {
        char name[KEYMAP_NAME];
        if (k->key[a][i] != KEYB_NONE && len < cap) {
            len += text_format(buf + len, cap - len, "%s%s", len ? ", " : "",
                               keymap_key_name(k->key[a][i], name));
        }
    }
    return buf;
}

static void man_escaped(FILE *out, const char *s)
{
    for (; *s; s++) {
        fputs(*s == '\\' ? "\\e" : *s == '-' ? "\\-" : (char[]){*s, 0}, out);
    }
}

void keymap_man(FILE *out)
{
    struct keymap k;
    keymap_init(&k);
    for (unsigned i = 0; i < keymap_n; i++) {
        const struct keymap_def *d = &keymap_defs[i];
        char keys[4 * KEYMAP_NAME];
        fputs(".TP\n.B \\&", out);
        man_escaped(out, keymap_keys(&k, d->action, keys, sizeof keys));
        fputs(d->action == ACT_PICK ? " \\- 9\n" : "\n", out);
        man_escaped(out, _(d->help));
        fputs(" (\\fB", out);
        man_escaped(out, d->name);
        fputs("\\fR)\n", out);
    }
}
