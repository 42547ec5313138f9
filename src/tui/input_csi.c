/* SPDX-License-Identifier: MIT */
#include "tui/input_csi.h"

#include <string.h>

struct csi {
    char prefix; /* one of <=>? or 0 */
    int arg[INPUT_ARGS];
    unsigned n;
    char middle; /* intermediate, or 0 */
    char final;
};

size_t input_csi_length(const uint8_t *b, size_t len)
{
    if (len < 3) {
        return 0;
    }
    if (b[1] == 'O') {
        return 3;
    }
    if (b[2] == 'M') {
        return len >= 6 ? 6 : 0; /* X10 mouse: three bytes follow */
    }
    if (b[2] == '[') {
        return len >= 4 ? 4 : 0; /* the Linux console's function keys */
    }
    for (size_t i = 2; i < len; i++) {
        if (b[i] >= 0x40 && b[i] <= 0x7e) {
            return i + 1;
        }
        if (b[i] < 0x20 || b[i] > 0x7e) {
            return i; /* broken off by something else */
        }
    }
    return 0;
}

static void parse(const uint8_t *b, size_t len, struct csi *c)
{
    size_t i = 2;
    memset(c, 0, sizeof *c);
    if (i < len && b[i] >= '<' && b[i] <= '?') {
        c->prefix = (char)b[i++];
    }
    for (; i < len; i++) {
        if (b[i] >= '0' && b[i] <= '9') {
            int *a = &c->arg[c->n < INPUT_ARGS ? c->n : INPUT_ARGS - 1];
            *a = *a < 100000 ? *a * 10 + (b[i] - '0') : *a;
        } else if (b[i] == ';' || b[i] == ':') {
            c->n += c->n < INPUT_ARGS - 1;
        } else if (b[i] < 0x30) {
            c->middle = (char)b[i];
        } else {
            c->final = (char)b[i];
        }
    }
    c->n++;
}

static uint32_t letter_key(char final)
{
    static const struct {
        char letter;
        uint32_t key;
    } keys[] = {
        {'A', KEYB_UP},   {'B', KEYB_DOWN},   {'C', KEYB_RIGHT},   {'D', KEYB_LEFT},
        {'H', KEYB_HOME}, {'F', KEYB_END},    {'Z', KEYB_BACKTAB}, {'M', KEYB_ENTER},
        {'P', KEYB_F1},   {'Q', KEYB_F1 + 1}, {'R', KEYB_F1 + 2},  {'S', KEYB_F1 + 3},
    };
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].letter == final) {
            return keys[i].key;
        }
    }
    return KEYB_NONE;
}

static uint32_t tilde_key(int n)
{
    static const uint32_t keys[] = {
        [1] = KEYB_HOME,    [2] = KEYB_INSERT,  [3] = KEYB_DELETE,   [4] = KEYB_END,
        [5] = KEYB_PGUP,    [6] = KEYB_PGDN,    [7] = KEYB_HOME,     [8] = KEYB_END,
        [11] = KEYB_F1,     [12] = KEYB_F1 + 1, [13] = KEYB_F1 + 2,  [14] = KEYB_F1 + 3,
        [15] = KEYB_F1 + 4, [17] = KEYB_F1 + 5, [18] = KEYB_F1 + 6,  [19] = KEYB_F1 + 7,
        [20] = KEYB_F1 + 8, [21] = KEYB_F1 + 9, [23] = KEYB_F1 + 10, [24] = KEYB_F12,
    };
    return n > 0 && n < (int)(sizeof keys / sizeof keys[0]) ? keys[n] : KEYB_NONE;
}

/* Button codes: 0 left, 64 and 65 the wheel; 4, 8 and 16 are modifiers; 32 is motion. */
static bool mouse(int button, int x, int y, bool press, struct input_event *out)
{
    out->kind = INPUT_MOUSE;
    out->x = x - 1;
    out->y = y - 1;
    button &= ~(4 | 8 | 16);
    if (button == 64 || button == 65) {
        out->mouse = button == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
        return press && x > 0 && y > 0;
    }
    out->mouse = MOUSE_PRESS;
    return button == 0 && press && x > 0 && y > 0;
}

static bool report(enum input_report what, const struct csi *c, struct input_event *out)
{
    out->kind = INPUT_REPORT;
    out->report = what;
    out->n = c->n;
    memcpy(out->arg, c->arg, sizeof out->arg);
    return true;
}

static bool decode_report(const struct csi *c, struct input_event *out)
{
    switch (c->final) {
    case 'c':
        return c->prefix == '?' && report(REPORT_DEVICE, c, out);
    case 'n':
        return !c->prefix && report(REPORT_STATUS, c, out);
    case 't':
        return c->n >= 3 && ((c->arg[0] == 6 && report(REPORT_CELL_SIZE, c, out)) ||
                             (c->arg[0] == 4 && report(REPORT_AREA_SIZE, c, out)));
    case 'S':
        return c->prefix == '?' && c->n >= 3 && report(REPORT_SIXEL, c, out);
    case 'y':
        return c->prefix == '?' && c->middle == '$' && c->n >= 2 && report(REPORT_MODE, c, out);
    default:
        return false;
    }
}

static bool decode_key(const struct csi *c, bool *pasting, struct input_event *out)
{
    uint32_t key;
    if (c->final == '~' && (c->arg[0] == 200 || c->arg[0] == 201)) {
        *pasting = c->arg[0] == 200;
        return false;
    }
    key = c->final == '~' ? tilde_key(c->arg[0]) : letter_key(c->final);
    if (c->n >= 2 && c->arg[1] == 3) {
        key |= key ? KEYB_ALT : 0; /* modifier 3: Alt; the others add nothing */
    }
    out->kind = INPUT_KEY;
    out->key = key;
    return key != KEYB_NONE;
}

bool input_csi_decode(const uint8_t *b, size_t len, bool *pasting, struct input_event *out)
{
    struct csi c;
    if (len < 3) {
        return false;
    }
    if (b[1] == '[' && b[2] == 'M' && len == 6) {
        return mouse(b[3] - 32, b[4] - 32, b[5] - 32, (b[3] & 3) != 3, out);
    }
    if (b[1] == '[' && b[2] == '[') {
        out->kind = INPUT_KEY;
        out->key = len == 4 && b[3] >= 'A' && b[3] <= 'E' ? KEYB_F1 + (uint32_t)(b[3] - 'A') : 0;
        return out->key != KEYB_NONE;
    }
    parse(b, len, &c);
    if (c.prefix == '<' && (c.final == 'M' || c.final == 'm') && c.n >= 3) {
        return mouse(c.arg[0], c.arg[1], c.arg[2], c.final == 'M', out);
    }
    /* A cursor report looks like F3 with modifiers (row 1); we ask from row 2 on. */
    if (c.final == 'R' && c.n == 2 && c.arg[0] >= 2 && b[1] == '[') {
        return report(REPORT_CURSOR, &c, out);
    }
    if (decode_report(&c, out)) {
        return true;
    }
    return !c.prefix && !c.middle && decode_key(&c, pasting, out);
}
