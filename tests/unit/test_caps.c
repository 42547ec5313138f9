/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tui/caps.h"

/* What the terminal answers, through the decoder of keys and answers, to the way pictures are
 * shown. */

#define NAMED(name) "\033P>|" name "\033\\"
#define KITTY_OK    "\033_Gi=31;OK\033\\"
#define CELL        "\033[6;18;9t"
#define SIXEL       "\033[?63;1;4c"
#define DEVICE      "\033[?63;1;2c"

static void test_modes_by_terminal(void **state)
{
    static const struct {
        const char *term, *charset, *colorterm;
        bool no_color;
        int colors;
        enum tui_mode mode;
    } cases[] = {
        {"xterm-256color", "UTF-8", "", false, 256, TUI_MODE_256},
        {"xterm-256color", "UTF-8", "truecolor", false, 256, TUI_MODE_TRUECOLOR},
        {"xterm-kitty", "UTF-8", "", false, 256, TUI_MODE_TRUECOLOR},
        {"linux", "UTF-8", "", false, 8, TUI_MODE_16},
        {"vt100", "UTF-8", "", false, 0, TUI_MODE_ASCII},
        {"xterm-256color", "ISO-8859-1", "truecolor", false, 256, TUI_MODE_ASCII},
        {"xterm-256color", "UTF-8", "truecolor", true, 256, TUI_MODE_ASCII},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tui_terminal t = {.no_color = cases[i].no_color};
        struct caps c;
        strcpy(t.term, cases[i].term);
        strcpy(t.colorterm, cases[i].colorterm);
        caps_init(&c, &t, cases[i].charset, cases[i].colors);
        assert_int_equal(caps_mode(&c, TUI_MODE_AUTO), cases[i].mode);
        assert_int_equal(caps_mode(&c, TUI_MODE_OFF), TUI_MODE_OFF);
    }
}

/* Feeds answers and says whether any changed what is drawn. */
static bool answer(struct caps *c, const char *bytes)
{
    struct charset utf8;
    struct input in;
    struct input_event e;
    bool changed = false;
    charset_init(&utf8, "UTF-8");
    input_init(&in, &utf8);
    input_feed(&in, (const uint8_t *)bytes, strlen(bytes), 1);
    while (input_next(&in, 1, &e)) {
        assert_int_equal(e.kind, INPUT_REPORT); /* no answer is a key */
        changed |= caps_on_report(c, &e);
    }
    assert_int_equal(in.len, 0);
    return changed;
}

static void begin(struct caps *c, const char *term)
{
    struct tui_terminal t = {.colorterm = "truecolor"};
    const struct tty_size size = {80, 24, 0, 0};
    strcpy(t.term, term);
    caps_init(c, &t, "UTF-8", 256);
    caps_on_size(c, &size);
}

static void test_answers_lead_to_modes(void **state)
{
    static const struct {
        const char *term, *answers;
        enum tui_mode mode;
        unsigned cell_w, cell_h;
    } cases[] = {
        {"xterm-256color", "", TUI_MODE_TRUECOLOR, 0, 0},
        {"xterm-256color", DEVICE, TUI_MODE_TRUECOLOR, 0, 0},
        {"xterm-kitty", KITTY_OK NAMED("kitty(0.26.5)") CELL DEVICE, TUI_MODE_KITTY, 9, 18},
        {"xterm-kitty", KITTY_OK, TUI_MODE_KITTY, 0, 0}, /* it scales by itself */
        {"xterm-256color", "\033_Gi=31;ENOTSUP:no\033\\" DEVICE, TUI_MODE_TRUECOLOR, 0, 0},
        {"xterm-256color", NAMED("iTerm2 3.4.19") DEVICE, TUI_MODE_ITERM2, 0, 0},
        {"xterm-256color", NAMED("iTerm2 3.5") CELL SIXEL, TUI_MODE_ITERM2, 9, 18},
        {"xterm-256color", NAMED("mintty 3.6.1") DEVICE, TUI_MODE_ITERM2, 0, 0},
        {"xterm-256color", KITTY_OK NAMED("WezTerm 20240203") SIXEL, TUI_MODE_KITTY, 0, 0},
        {"foot", NAMED("foot(1.13)") CELL SIXEL, TUI_MODE_SIXEL, 9, 18},
        {"foot", NAMED("foot(1.13)") SIXEL, TUI_MODE_TRUECOLOR, 0, 0}, /* how large? */
        {"foot", SIXEL CELL, TUI_MODE_SIXEL, 9, 18},                   /* late */
        {"xterm", "\033[4;432;720t" SIXEL, TUI_MODE_SIXEL, 9, 18},
        {"xterm", "\033[4;432;720t\033[6;20;10t" SIXEL, TUI_MODE_SIXEL, 10, 20},
        {"xterm", "\033[6;20;10t\033[4;432;720t" SIXEL, TUI_MODE_SIXEL, 10, 20},
        {"xterm", "\033[6;0;0t" SIXEL, TUI_MODE_TRUECOLOR, 0, 0},
        {"xterm", "\033[6;18;900t" SIXEL, TUI_MODE_TRUECOLOR, 0, 0}, /* a mistake */
        {"xterm", CELL "\033[?1;0;256S" SIXEL, TUI_MODE_SIXEL, 9, 18},
        {"xterm", CELL "\033[?1;0;64S" SIXEL, TUI_MODE_SIXEL, 9, 18},
        {"xterm", CELL "\033[?1;0;16S" SIXEL, TUI_MODE_TRUECOLOR, 9, 18}, /* too few colours */
        {"xterm", CELL "\033[?1;3;0S" SIXEL, TUI_MODE_SIXEL, 9, 18},      /* it does not say */
        {"xterm", CELL "\033[?4c", TUI_MODE_TRUECOLOR, 9, 18},            /* a level, not sixel */
        {"tmux-256color", NAMED("tmux 3.3a") CELL DEVICE, TUI_MODE_TRUECOLOR, 9, 18},
        {"tmux-256color", NAMED("tmux 3.5a") CELL SIXEL, TUI_MODE_SIXEL, 9, 18},
        {"screen-256color", NAMED("iTerm2 3.4.19") DEVICE, TUI_MODE_TRUECOLOR, 0, 0},
        {"xterm", NAMED("tmux 3.3a") DEVICE, TUI_MODE_TRUECOLOR, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caps c;
        begin(&c, cases[i].term);
        bool changed = answer(&c, cases[i].answers);
        print_message("%zu: %s\n", i, cases[i].term);
        assert_int_equal(caps_mode(&c, TUI_MODE_AUTO), cases[i].mode);
        assert_int_equal(c.cell_w, cases[i].cell_w);
        assert_int_equal(c.cell_h, cases[i].cell_h);
        assert_true(changed || cases[i].mode == TUI_MODE_TRUECOLOR);
    }
}

static void test_device_tells_pixels(void **state)
{
    struct caps c;
    begin(&c, "xterm");
    const struct tty_size size = {80, 24, 80 * 8, 24 * 15};
    assert_true(caps_on_size(&c, &size));
    assert_int_equal(c.cell_w, 8);
    assert_int_equal(c.cell_h, 15);
    assert_false(caps_on_size(&c, &size));
    assert_true(answer(&c, CELL)); /* knows better */
    assert_false(caps_on_size(&c, &size));
    assert_int_equal(c.cell_h, 18);
}

/* A mode asked for by name needs no proof; it must only be possible to draw. */
static void test_modes_asked_for(void **state)
{
    static const struct {
        enum tui_mode wanted;
        const char *answers;
        enum tui_mode mode;
    } cases[] = {
        {TUI_MODE_KITTY, DEVICE, TUI_MODE_KITTY},
        {TUI_MODE_ITERM2, DEVICE, TUI_MODE_ITERM2},
        {TUI_MODE_SIXEL, CELL DEVICE, TUI_MODE_SIXEL},
        {TUI_MODE_SIXEL, CELL "\033[?1;0;16S" SIXEL, TUI_MODE_SIXEL},
        {TUI_MODE_SIXEL, CELL "\033[?1;0;2S" SIXEL, TUI_MODE_TRUECOLOR},
        {TUI_MODE_SIXEL, DEVICE, TUI_MODE_TRUECOLOR},
        {TUI_MODE_SIXEL, KITTY_OK DEVICE, TUI_MODE_KITTY},
        {TUI_MODE_16, KITTY_OK DEVICE, TUI_MODE_16},
        {TUI_MODE_OFF, KITTY_OK DEVICE, TUI_MODE_OFF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caps c;
        begin(&c, "xterm");
        c.insisted = cases[i].wanted;
        answer(&c, cases[i].answers);
        assert_int_equal(caps_mode(&c, cases[i].wanted), cases[i].mode);
    }
}

/* The key goes through what is possible and comes back to where it began. */
static void test_next_modes(void **state)
{
    static const struct {
        const char *answers;
        enum tui_mode modes[TUI_MODES];
    } cases[] = {
        {DEVICE,
         {TUI_MODE_TRUECOLOR, TUI_MODE_256, TUI_MODE_16, TUI_MODE_ASCII, TUI_MODE_OFF,
          TUI_MODE_TRUECOLOR}},
        {KITTY_OK CELL SIXEL,
         {TUI_MODE_KITTY, TUI_MODE_SIXEL, TUI_MODE_TRUECOLOR, TUI_MODE_256, TUI_MODE_16,
          TUI_MODE_ASCII, TUI_MODE_OFF, TUI_MODE_KITTY}},
        {NAMED("WezTerm 1") KITTY_OK CELL SIXEL,
         {TUI_MODE_KITTY, TUI_MODE_ITERM2, TUI_MODE_SIXEL, TUI_MODE_TRUECOLOR}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caps c;
        begin(&c, "xterm");
        answer(&c, cases[i].answers);
        assert_int_equal(caps_mode(&c, TUI_MODE_AUTO), cases[i].modes[0]);
        for (size_t k = 0; cases[i].modes[k + 1]; k++) {
            assert_int_equal(caps_next_mode(&c, cases[i].modes[k]), cases[i].modes[k + 1]);
        }
    }
}

static void test_no_color_and_pixels(void **state)
{
    struct caps c;
    begin(&c, "xterm");
    c.no_color = true;
    answer(&c, KITTY_OK CELL SIXEL);
    assert_int_equal(caps_mode(&c, TUI_MODE_AUTO), TUI_MODE_ASCII);
    c.insisted = TUI_MODE_KITTY; /* was asked for by name */
    assert_int_equal(caps_mode(&c, TUI_MODE_KITTY), TUI_MODE_KITTY);
}

/* Where panels give way to dialogs, they show the best cells there are. */
static void test_cells_in_modes_of_pixels(void **state)
{
    struct caps c;
    begin(&c, "xterm");
    assert_int_equal(caps_colors(&c, TUI_MODE_KITTY), CELL_TRUECOLOR);
    assert_int_equal(caps_symbols(&c, TUI_MODE_SIXEL, TUI_SYMBOLS_QUAD), TUI_SYMBOLS_QUAD);
    c.wide_lines = true;
    assert_int_equal(caps_colors(&c, TUI_MODE_KITTY), CELL_MONO);
    assert_int_equal(caps_symbols(&c, TUI_MODE_SIXEL, TUI_SYMBOLS_QUAD), TUI_SYMBOLS_ASCII);
}

static bool asks(const char *term, const char *question)
{
    struct caps c;
    struct bytes b = {0};
    begin(&c, term);
    caps_ask(&c, term, &b);
    bool found = b.len && memmem(b.at, b.len, question, strlen(question));
    bytes_fini(&b);
    return found;
}

/* What some would print or take for a title is not sent to them; DA1 comes last. */
static void test_questions(void **state)
{
    assert_true(asks("xterm", "\033_G"));
    assert_false(asks("tmux-256color", "\033_G"));
    assert_false(asks("screen", "\033_G"));
    assert_true(asks("screen", "\033[c"));
    assert_true(asks("xterm", "\033[?2026$p\033[c"));
    assert_false(asks("linux", "\033"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_by_terminal),
        cmocka_unit_test(test_answers_lead_to_modes),
        cmocka_unit_test(test_device_tells_pixels),
        cmocka_unit_test(test_modes_asked_for),
        cmocka_unit_test(test_next_modes),
        cmocka_unit_test(test_no_color_and_pixels),
        cmocka_unit_test(test_cells_in_modes_of_pixels),
        cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
