/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/caps.h"
#include "tui/graph.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/lineedit.h"
#include "tui/model.h"
#include "tui/words.h"
#include "util/err.h"

/* The pure parts of the screen: keys, layout, line editing, words, model, character sets,
 * abilities. */

static void test_key_names_go_both_ways(void **state)
{
    static const char *const names[] = {"r",   "R",  "space", "comma",  "enter", "esc",
                                        "tab", "F1", "F12",   "ctrl-l", "alt-x", "up",
                                        "-",   "?",  "pgdn",  "alt-F3", "delete"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t key;
        char buf[KEYMAP_NAME];
        assert_int_equal(keymap_key_parse(names[i], &key), 0);
        assert_string_equal(keymap_key_name(key, buf), names[i]);
    }
    static const char *const wrong[] = {"", "F0", "F13", "ab", "ctrl-", "ctrl-1", "alt-", "F"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t key;
        assert_int_equal(keymap_key_parse(wrong[i], &key), strcmp(wrong[i], "F") ? ERR_FORMAT : 0);
    }
}

static void test_every_action_has_a_row_and_no_key_two_meanings(void **state)
{
    static const unsigned views[] = {IN_GRID, IN_ZOOM, IN_LIST, IN_EVENTS, IN_HELP};
    struct keymap k;
    keymap_init(&k);
    assert_int_equal(keymap_n, ACTIONS - 1);
    for (unsigned i = 0; i < keymap_n; i++) {
        const struct keymap_def *d = &keymap_defs[i];
        assert_int_not_equal(k.key[d->action][0], KEYB_NONE);
        assert_true(d->help && *d->help);
        assert_int_equal(d->rank != 0, d->brief != NULL);
        for (unsigned v = 0; v < 5; v++) {
            for (int j = 0; j < KEYMAP_KEYS && (d->views & views[v]); j++) {
                if (k.key[d->action][j]) {
                    assert_int_equal(keymap_find(&k, k.key[d->action][j], views[v]), d->action);
                }
            }
        }
    }
    assert_int_equal(keymap_find(&k, '9', IN_GRID), ACT_PICK);
    assert_int_equal(keymap_find(&k, '9', IN_HELP), ACT_NONE);
}

static void test_remap(void **state)
{
    struct keymap k;
    const char *expect = NULL;
    char keys[64];
    keymap_init(&k);
    assert_int_equal(keymap_remap(&k, "record", "F5, s", NULL), 0);
    assert_int_equal(keymap_find(&k, KEYB_F1 + 4, IN_GRID), ACT_RECORD);
    assert_int_equal(keymap_find(&k, 's', IN_GRID), ACT_RECORD);
    assert_int_equal(keymap_find(&k, 'r', IN_GRID), ACT_NONE);
    assert_string_equal(keymap_keys(&k, ACT_SNAPSHOT, keys, sizeof keys), "");
    assert_string_equal(keymap_keys(&k, ACT_RECORD, keys, sizeof keys), "F5, s");
    assert_int_equal(keymap_remap(&k, "quit", "none", NULL), 0);
    assert_int_equal(keymap_find(&k, 'q', IN_GRID), ACT_NONE);
    assert_int_equal(keymap_remap(&k, "fly", "x", &expect), ERR_UNKNOWN);
    assert_non_null(expect);
    assert_int_equal(keymap_remap(&k, "record", "F5, F13", &expect), ERR_FORMAT);
    assert_int_equal(keymap_remap(&k, "record", "a b c d e", &expect), ERR_FORMAT);
    assert_int_equal(keymap_find(&k, 's', IN_GRID), ACT_RECORD); /* untouched by errors */
}

static void test_manual_has_every_key(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    keymap_man(f);
    fclose(f);
    for (unsigned i = 0; i < keymap_n; i++) {
        assert_non_null(strstr(text, keymap_defs[i].help) || strchr(keymap_defs[i].help, '-'));
    }
    assert_non_null(strstr(text, ".TP\n.B \\&d, delete\n"));
    assert_non_null(strstr(text, "\\fBpage\\-up\\fR"));
    free(text);
}

/* Panels tile the page: no cell twice, all inside, and none too small. */
static void test_layout_tiles(void **state)
{
    static const int sizes[][2] = {{80, 22}, {20, 3}, {500, 148}, {120, 38}, {27, 100}, {300, 9}};
    static const unsigned counts[] = {0, 1, 2, 3, 4, 9, 64, 65, 1000};
    for (unsigned s = 0; s < 6; s++) {
        for (unsigned c = 0; c < 9; c++) {
            for (unsigned columns = 0; columns < 4; columns++) {
                struct box area = {1, 0, sizes[s][1], sizes[s][0]};
                struct layout l = layout_grid(area, counts[c], columns, 2);
                unsigned page = layout_page_size(&l);
                int cells = 0;
                assert_in_range(page, 1, LAYOUT_PANELS_MAX);
                assert_true(page * l.pages >= counts[c]);
                for (unsigned i = 0; i < page; i++) {
                    struct box b = layout_panel(&l, i);
                    cells += b.w * b.h;
                    assert_true(b.y >= 1 && b.y + b.h <= 1 + area.h && b.x >= 0);
                    assert_true(b.x + b.w <= area.w);
                    assert_true(b.w >= LAYOUT_PANEL_COLS || l.columns == 1);
                    assert_true(b.h >= LAYOUT_PANEL_ROWS || l.rows == 1);
                }
                assert_int_equal(cells, area.w * area.h);
            }
        }
    }
}

static void test_layout_is_what_people_expect(void **state)
{
    static const struct {
        int w, h;
        unsigned n, columns, rows;
    } cases[] = {{80, 22, 1, 1, 1},  {80, 22, 2, 2, 1},   {80, 22, 4, 2, 2},
                 {120, 38, 4, 2, 2}, {160, 46, 16, 6, 3}, {200, 58, 9, 3, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct box area = {1, 0, cases[i].h, cases[i].w};
        struct layout l = layout_grid(area, cases[i].n, 0, 2);
        assert_int_equal(l.columns, cases[i].columns);
        assert_int_equal(l.rows, cases[i].rows);
        assert_int_equal(l.pages, 1);
    }
}

static void type(struct lineedit *l, const char *ascii)
{
    for (; *ascii; ascii++) {
        assert_true(lineedit_key(l, (uint32_t)*ascii));
    }
}

static void test_line_editing(void **state)
{
    struct lineedit l;
    lineedit_set(&l, "");
    assert_true(lineedit_key(&l, KEYB_BACKSPACE));
    type(&l, "hst/c");
    lineedit_key(&l, KEYB_HOME);
    lineedit_key(&l, KEYB_RIGHT);
    lineedit_key(&l, 'o');
    assert_string_equal(l.text, "host/c");
    lineedit_key(&l, KEYB_END);
    lineedit_key(&l, 0x95e8);
    assert_string_equal(l.text, "host/c门");
    lineedit_key(&l, KEYB_LEFT);
    lineedit_key(&l, KEYB_DELETE);
    assert_string_equal(l.text, "host/c");
    lineedit_key(&l, 23);
    assert_string_equal(l.text, "host/");
    lineedit_key(&l, 23);
    assert_string_equal(l.text, "");
    assert_false(lineedit_key(&l, KEYB_F1));
    assert_false(lineedit_key(&l, 0x301)); /* a combining sign alone */
    for (int i = 0; i < 2 * LINEEDIT_MAX; i++) {
        lineedit_key(&l, 0x95e8);
    }
    assert_int_equal(l.len % 3, 0);
    assert_true(l.len < LINEEDIT_MAX);
}

static void test_words(void **state)
{
    struct tui_stream s;
    char buf[TUI_TEXT_MAX];
    tui_stream_init(&s);
    s.state = TUI_LOST;
    strcpy(s.why, "no answer");
    s.next_try_us = 4000001;
    assert_string_equal(words_line(&s, 1, buf), "lost: no answer; trying again in 4 s");
    assert_string_equal(words_line(&s, 5000000, buf), "lost: no answer; trying again now");
    s.state = TUI_STALE;
    s.why[0] = 0;
    s.frame_us = 1;
    assert_string_equal(words_line(&s, 9000001, buf), "stale, no picture for 9 s");
    s.state = TUI_LIVE;
    assert_string_equal(words_line(&s, 9000001, buf), "live");
    assert_string_equal(words_rate(NAN, buf), "-");
    assert_string_equal(words_percent(0.0123, buf), "1.2 %");
    assert_string_equal(words_ms(9.94, buf), "9.9 ms");
    assert_string_equal(words_ms(38.4, buf), "38 ms");
    assert_string_equal(words_bytes_per_second(999, buf), "999 B/s");
    assert_string_equal(words_bytes_per_second(38000, buf), "38 kB/s");
    assert_string_equal(words_hours(0.5, buf), "30 min");
    assert_string_equal(words_hours(9.2, buf), "9 h");
    assert_string_equal(words_hours(240, buf), "10 d");
}

static void test_unknown_facts_are_left_out(void **state)
{
    struct tui_stream s;
    struct words_facts f;
    tui_stream_init(&s);
    words_facts(&s, false, false, &f);
    assert_int_equal(f.n, 1);
    assert_string_equal(f.fact[0].text, "connecting");
    s.legacy = s.recording = true;
    s.every_nth = 3;
    words_facts(&s, true, true, &f);
    assert_int_equal(f.n, 5);
    assert_string_equal(f.fact[1].text, "frozen");
    assert_string_equal(f.fact[4].text, "recording one frame in 3");
}

static void test_events_keep_the_newest(void **state)
{
    struct tui_model m;
    char text[32];
    assert_int_equal(tui_model_init(&m), 0);
    for (unsigned i = 1; i <= TUI_EVENTS + 5; i++) {
        snprintf(text, sizeof text, "event %u", i);
        tui_events_add(&m.events, i, i, TUI_NOTE, text);
    }
    assert_int_equal(m.events.n, TUI_EVENTS);
    assert_string_equal(tui_events_at(&m.events, 0)->text, "event 6");
    assert_string_equal(tui_events_at(&m.events, TUI_EVENTS - 1)->text, "event 1005");
    assert_int_equal(m.events.last_seq, TUI_EVENTS + 5);
    assert_int_equal(tui_model_resize(&m, 3), 0);
    assert_true(isnan(m.stream[2].fps));
    tui_model_fini(&m);
}

static void test_charset(void **state)
{
    static const struct {
        const char *name, *utf8, *bytes;
    } cases[] = {
        {"UTF-8", "é·门", "é·门"},
        {"ISO-8859-1", "é·门x", "\xe9\xb7??x"},
        {"ANSI_X3.4-1968", "\033[1mé\033[m", "\033[1m?\033[m"},
        {"no-such-set", "aé", "a?"},
        {"KOI8-R", "ж", "\xd6"},
        {"ISO-8859-1",
         "a\xe2\x80\x82"
         "b",
         "a b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct charset c;
        struct bytes b = {0};
        charset_init(&c, cases[i].name);
        charset_encode(&c, (const uint8_t *)cases[i].utf8, strlen(cases[i].utf8), &b);
        assert_int_equal(b.len, strlen(cases[i].bytes));
        assert_memory_equal(b.at, cases[i].bytes, b.len);
        bytes_fini(&b);
    }
}

static void test_graph_scale(void **state)
{
    static const float values[] = {NAN, 3.2f, 8.9f, 1};
    assert_true(fabs(graph_scale(values, 4, 1) - 10) < 1e-9);
    assert_true(fabs(graph_scale(values, 2, 1) - 4) < 1e-9); /* 3.2 */
    assert_true(fabs(graph_scale(values, 1, 0.01) - 0.01) < 1e-9);
    assert_true(fabs(graph_scale(values, 0, 5) - 5) < 1e-9);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_names_go_both_ways),
        cmocka_unit_test(test_every_action_has_a_row_and_no_key_two_meanings),
        cmocka_unit_test(test_remap),
        cmocka_unit_test(test_manual_has_every_key),
        cmocka_unit_test(test_layout_tiles),
        cmocka_unit_test(test_layout_is_what_people_expect),
        cmocka_unit_test(test_line_editing),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_unknown_facts_are_left_out),
        cmocka_unit_test(test_events_keep_the_newest),
        cmocka_unit_test(test_charset),
        cmocka_unit_test(test_graph_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
