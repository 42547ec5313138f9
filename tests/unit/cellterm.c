/* SPDX-License-Identifier: MIT */
#include "unit/cellterm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tui/cell.h"
#include "util/text.h"

enum { ARGS = 16 };

void cellterm_init(struct cellterm *t, int cols, int rows)
{
    *t = (struct cellterm){.cols = cols, .rows = rows, .fg = CELL_PLAIN, .bg = CELL_PLAIN};
    assert_true(cols <= CELLTERM_COLS && rows <= CELLTERM_ROWS);
}

static void put(struct cellterm *t, uint32_t ch)
{
    assert_in_range(t->y, 0, t->rows - 1);
    assert_in_range(t->x, 0, t->cols - 1);
    t->cell[t->y][t->x++] = (struct cellterm_cell){ch, t->fg, t->bg};
    t->last = ch;
    t->written++;
}

/* The colour behind 38 or 48; returns the arguments used. */
static int extended(const int *arg, int n, uint32_t *color)
{
    if (arg[0] == 5 && n >= 2) {
        *color = CELL_PALETTE | (uint32_t)arg[1];
        return 2;
    }
    assert_true(arg[0] == 2 && n >= 4);
    *color = (uint32_t)(arg[1] << 16 | arg[2] << 8 | arg[3]);
    return 4;
}

static void attributes(struct cellterm *t, const int *arg, int n)
{
    for (int i = 0; i < n; i++) {
        int a = arg[i];
        if (a == 0) {
            t->fg = t->bg = CELL_PLAIN;
        } else if (a == 38 || a == 48) {
            i += extended(arg + i + 1, n - i - 1, a == 38 ? &t->fg : &t->bg);
        } else if (a == 39 || a == 49) {
            *(a == 39 ? &t->fg : &t->bg) = CELL_PLAIN;
        } else if (a >= 90) {
            *(a < 100 ? &t->fg : &t->bg) = CELL_PALETTE | (uint32_t)(a % 10 + 8);
        } else {
            assert_in_range(a, 30, 47);
            *(a < 40 ? &t->fg : &t->bg) = CELL_PALETTE | (uint32_t)(a % 10);
        }
    }
}

static void control(struct cellterm *t, char final, const int *arg, int n)
{
    int first = n && arg[0] ? arg[0] : 1;
    switch (final) {
    case 'H':
        assert_int_equal(n, 2);
        t->y = arg[0] - 1;
        t->x = arg[1] - 1;
        break;
    case 'C':
        t->x += first;
        break;
    case 'b':
        assert_true(t->last);
        for (int i = 0; i < first; i++) {
            put(t, t->last);
        }
        break;
    case 'm':
        attributes(t, arg, n);
        break;
    default:
        fail_msg("CSI … %c", final);
    }
    t->last = final == 'b' ? t->last : 0;
}

static size_t sequence(struct cellterm *t, const uint8_t *b, size_t len)
{
    int arg[ARGS] = {0}, n = 0;
    size_t i = 2;
    if (len >= 2 && b[1] == '7') {
        t->saved.y = t->y;
        t->saved.x = t->x;
        return 2;
    }
    if (len >= 2 && b[1] == '8') {
        t->y = t->saved.y;
        t->x = t->saved.x;
        return 2;
    }
    assert_true(len >= 3 && b[1] == '[');
    for (; i < len && (b[i] == ';' || (b[i] >= '0' && b[i] <= '9')); i++) {
        n = n ? n : 1;
        if (b[i] == ';') {
            assert_in_range(++n, 1, ARGS);
        } else {
            arg[n - 1] = arg[n - 1] * 10 + (b[i] - '0');
        }
    }
    assert_true(i < len);
    control(t, (char)b[i], arg, n);
    return i + 1;
}

void cellterm_feed(struct cellterm *t, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        if (bytes[i] == 27) {
            i += sequence(t, bytes + i, len - i);
            continue;
        }
        i += text_decode((const char *)bytes + i, len - i, &cp);
        assert_true(cp >= ' ');
        put(t, cp);
    }
}

bool cellterm_halves(const struct cellterm *t, int y, int x, uint32_t *top, uint32_t *low)
{
    const struct cellterm_cell *c = &t->cell[y][x];
    *top = c->ch == 0x2580 || c->ch == 0x2588 ? c->fg : c->bg;
    *low = c->ch == 0x2584 || c->ch == 0x2588 ? c->fg : c->bg;
    return c->ch == ' ' || c->ch == 0x2580 || c->ch == 0x2584 || c->ch == 0x2588;
}
