/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/pen.h"
#include "tui/raster.h"
#include "unit/cellterm.h"

/* A picture's bytes, drawn back by a small terminal, against the picture. */

enum { COLS = 40, ROWS = 20, CELLS = COLS * ROWS, SCREEN_COLS = 44, SCREEN_ROWS = 24 };
static const struct box place = {3, 2, ROWS, COLS};

struct rig {
    struct raster raster;
    struct cellterm term;
    struct cell cell[CELLS];
    struct cells cells;
    struct raster_screen screen;
    struct bytes bytes;
    size_t total; /* bytes of the last picture */
    unsigned seed;
};

static unsigned roll(struct rig *r, unsigned below)
{
    r->seed = r->seed * 1103515245u + 12345u;
    return (r->seed >> 12) % below;
}

static void start(struct rig *r, enum cell_colors colors, bool repeats)
{
    memset(r, 0, sizeof *r);
    r->seed = 7;
    r->cells = (struct cells){.at = r->cell, .cap = CELLS};
    r->cells.spec = (struct picture_spec){.cols = COLS, .rows = ROWS, .colors = colors};
    r->screen =
        (struct raster_screen){.cols = SCREEN_COLS, .rows = SCREEN_ROWS, .repeats = repeats};
    cellterm_init(&r->term, SCREEN_COLS, SCREEN_ROWS);
    raster_init(&r->raster);
    assert_int_equal(raster_place(&r->raster, place, &r->cells.spec), 0);
}

static void stop(struct rig *r)
{
    raster_fini(&r->raster);
    bytes_fini(&r->bytes);
}

/* The picture goes out in slices of a few bytes. */
static void show(struct rig *r)
{
    bool more = true;
    raster_set(&r->raster, &r->cells);
    r->total = 0;
    while (more) {
        bytes_clear(&r->bytes);
        more = raster_slice(&r->raster, &r->bytes, 1 + roll(r, 3000), &r->screen);
        cellterm_feed(&r->term, r->bytes.at, r->bytes.len);
        r->total += r->bytes.len;
    }
}

static uint32_t shade(struct rig *r, unsigned base)
{
    uint32_t rgb = 0;
    for (int i = 0; i < 3; i++) {
        unsigned v = base + roll(r, 40);
        rgb = rgb << 8 | (v > 255 ? 255 : v);
    }
    return rgb;
}

/* Flat areas, gradients, noise and blank cells. */
static void paint(struct rig *r)
{
    for (int i = 0; i < CELLS; i++) {
        unsigned kind = (unsigned)(i % COLS) / 8;
        uint32_t flat = 0x010101u * (unsigned)(i / COLS * 12);
        uint32_t fg = kind == 0 ? flat : kind == 1 ? (uint32_t)i * 5 : shade(r, 30 * kind);
        uint32_t bg = kind < 3 ? fg : shade(r, 20 * kind);
        r->cell[i] = (struct cell){kind == 4 ? ' ' : 0x2580, kind == 4 ? bg : fg, bg};
    }
}

/* Moves every channel of some cells by up to `most`. */
static void disturb(struct rig *r, unsigned part, int most)
{
    for (int i = 0; i < CELLS; i++) {
        uint32_t *c[2] = {&r->cell[i].fg, &r->cell[i].bg};
        for (int k = 0; k < 6 && roll(r, 100) < part; k++) {
            int v = (int)(*c[k / 3] >> 8 * (k % 3) & 0xff);
            v += (int)roll(r, (unsigned)(2 * most + 1)) - most;
            v = v < 0 ? 0 : v > 255 ? 255 : v;
            *c[k / 3] = (*c[k / 3] & ~(0xffu << 8 * (k % 3))) | (uint32_t)v << 8 * (k % 3);
        }
    }
}

static uint32_t as_rgb(uint32_t color)
{
    return color >> 24 && (color & 0xff) >= 16 ? cell_palette_256(color & 0xff) : color;
}

static void assert_shows(struct rig *r, int most)
{
    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < COLS; x++) {
            const struct cell *c = &r->cell[y * COLS + x];
            uint32_t top, low, want = c->ch == ' ' ? c->bg : c->fg;
            assert_true(cellterm_halves(&r->term, place.y + y, place.x + x, &top, &low));
            if (!pen_near(as_rgb(top), want, most) || !pen_near(as_rgb(low), c->bg, most)) {
                fail_msg("%d, %d: %06x %06x, wanted %06x %06x", y, x, as_rgb(top), as_rgb(low),
                         want, c->bg);
            }
        }
    }
}

/* What is on the screen is never further from the picture than the tolerance, with 256 colours
 * besides that half a step of the cube. */
static void test_within_tolerance(void **state)
{
    static const struct {
        enum cell_colors colors;
        bool repeats;
        int most;
    } cases[] = {
        {CELL_TRUECOLOR, false, RASTER_TOLERANCE},
        {CELL_TRUECOLOR, true, RASTER_TOLERANCE},
        {CELL_256, true, RASTER_TOLERANCE + 48},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct rig r;
        start(&r, cases[k].colors, cases[k].repeats);
        paint(&r);
        for (int i = 0; i < 60; i++) {
            show(&r);
            assert_shows(&r, cases[k].most);
            disturb(&r, 30, 1 + i % 25);
        }
        stop(&r);
    }
}

static void test_still(void **state)
{
    struct rig r;
    (void)state;
    start(&r, CELL_TRUECOLOR, true);
    paint(&r);
    show(&r);
    size_t whole = r.total;
    struct cell before[CELLS];
    memcpy(before, r.cell, sizeof before);
    for (int i = 0; i < 4 * RASTER_REFRESH_EVERY; i++) {
        disturb(&r, i % 2 ? 100 : 0, RASTER_TOLERANCE - PEN_SLOP); /* every other: the same */
        show(&r);
        bool close_look = r.raster.exact_row >= 0; /* at one row */
        assert_in_range(r.total, 0, close_look ? whole / ROWS * 4 : 0);
        memcpy(r.cell, before, sizeof before);
    }
    stop(&r);
}

static void test_refresh(void **state)
{
    struct rig r;
    (void)state;
    start(&r, CELL_TRUECOLOR, true);
    paint(&r);
    show(&r);
    disturb(&r, 100, RASTER_TOLERANCE);
    for (int i = 0; i < ROWS * RASTER_REFRESH_EVERY; i++) {
        show(&r);
    }
    assert_shows(&r, PEN_SLOP);
    stop(&r);
}

static void test_slices_are_whole_rows(void **state)
{
    struct rig r;
    int slices = 1;
    (void)state;
    start(&r, CELL_TRUECOLOR, true);
    assert_false(raster_slice(&r.raster, &r.bytes, 1, &r.screen)); /* nothing to show yet */
    assert_int_equal(r.bytes.len, 0);
    paint(&r);
    raster_set(&r.raster, &r.cells);
    for (; raster_slice(&r.raster, &r.bytes, 1, &r.screen); slices++) {
        cellterm_feed(&r.term, r.bytes.at, r.bytes.len);
        assert_int_equal(r.term.written % COLS, 0);
        assert_true(r.term.written > 0);
        bytes_clear(&r.bytes);
    }
    assert_int_equal(slices, ROWS); /* one in each, however little is allowed */
    stop(&r);
}

static void test_masks_and_last_cell(void **state)
{
    const struct box mask = {8, 10, 4, 12};
    struct rig r;
    (void)state;
    start(&r, CELL_TRUECOLOR, true);
    r.screen.mask = &mask;
    r.screen.masks = 1;
    r.screen.cols = place.x + COLS;
    r.screen.rows = place.y + ROWS;
    paint(&r);
    show(&r);
    for (int y = 0; y < SCREEN_ROWS; y++) {
        for (int x = 0; x < SCREEN_COLS; x++) {
            bool inside = box_has(place, y, x) && !box_has(mask, y, x);
            bool last = y == r.screen.rows - 1 && x == r.screen.cols - 1;
            assert_int_equal(r.term.cell[y][x].ch != 0, inside && !last);
        }
    }
    r.screen.masks = 0; /* the popup closes */
    raster_dirty(&r.raster, mask);
    r.screen.cols = SCREEN_COLS;
    show(&r);
    assert_shows(&r, RASTER_TOLERANCE);
    stop(&r);
}

/* Rows of cells and the bytes they come to, behind what saves the cursor. */
#define BEGIN "\0337\033[0m"
#define END   "\0338"
#define UP    "\xe2\x96\x80"
#define LOW   "\xe2\x96\x84"
static void test_bytes(void **state)
{
    static const struct {
        enum cell_colors colors;
        bool repeats;
        struct cell row[8];
        int n;
        const char *bytes;
    } cases[] = {
        {CELL_TRUECOLOR,
         false,
         {{0x2580, 0xff0000, 0x00ff01}},
         1, /* no short name */
         BEGIN "\033[1;1H\033[38;5;196;48;5;46m" UP END},
        {CELL_TRUECOLOR,
         false,
         {{0x2580, 0x123456, 0xabcdef}},
         1,
         BEGIN "\033[1;1H\033[38;2;18;52;86;48;2;171;205;239m" UP END},
        {CELL_TRUECOLOR,
         false,
         {{0x2580, 0x131313, 0x141414}},
         1, /* flat and grey */
         BEGIN "\033[1;1H\033[48;5;233m " END},
        {CELL_TRUECOLOR,
         false, /* the inverse needs no colour */
         {{0x2580, 0x123456, 0xabcdef}, {0x2580, 0xabcdef, 0x123456}},
         2,
         BEGIN "\033[1;1H\033[38;2;18;52;86;48;2;171;205;239m" UP LOW END},
        {CELL_TRUECOLOR,
         true, /* repeats */
         {{0x2580, 0x123456, 0xabcdef},
          {0x2580, 0x123456, 0xabcdef},
          {0x2580, 0x123456, 0xabcdef},
          {0x2580, 0x123456, 0xabcdef}},
         4,
         BEGIN "\033[1;1H\033[38;2;18;52;86;48;2;171;205;239m" UP "\033[3b" END},
        {CELL_256,
         false,
         {{0x2580, 0xff0000, 0x00ff00}},
         1,
         BEGIN "\033[1;1H\033[38;5;196;48;5;46m" UP END},
        {CELL_MONO, false, {{'@', CELL_PLAIN, CELL_PLAIN}}, 1, BEGIN "\033[1;1H@" END},
        {CELL_16, false, {{' ', 0, CELL_PALETTE | 12}}, 1, BEGIN "\033[1;1H\033[104m " END},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct bytes to = {0};
        struct pen pen;
        pen_begin(&pen, &to, cases[k].colors, cases[k].repeats);
        for (int i = 0; i < cases[k].n; i++) {
            pen_cell(&pen, &to, 0, i, &cases[k].row[i]);
        }
        pen_end(&pen, &to);
        bytes_add(&to, "", 1);
        assert_string_equal((char *)to.at, cases[k].bytes);
        bytes_fini(&to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_tolerance),
        cmocka_unit_test(test_still),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_masks_and_last_cell),
        cmocka_unit_test(test_slices_are_whole_rows),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
