/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "tui/input.h"
#include "util/mono.h"

/* Bytes to keys, mouse events and answers, whole and in every two pieces. */

static const struct {
    const char *bytes;
    uint32_t key; /* 0: nothing comes of it */
} keys[] = {
    {"a", 'a'},
    {"\r", KEYB_ENTER},
    {"\n", KEYB_ENTER},
    {"\t", KEYB_TAB},
    {"\010", KEYB_BACKSPACE},
    {"\177", KEYB_BACKSPACE},
    {"\014", 12},
    {"\xe9\x97\xa8", 0x95e8},
    {"\xf0\x9f\x98\x80", 0x1f600},
    {"\033[A", KEYB_UP},
    {"\033OA", KEYB_UP},
    {"\033[1;5A", KEYB_UP},
    {"\033[1;3D", KEYB_ALT | KEYB_LEFT},
    {"\033[Z", KEYB_BACKTAB},
    {"\033[H", KEYB_HOME},
    {"\033[7~", KEYB_HOME},
    {"\033[4~", KEYB_END},
    {"\033[3~", KEYB_DELETE},
    {"\033[5~", KEYB_PGUP},
    {"\033OP", KEYB_F1},
    {"\033[[B", KEYB_F1 + 1},
    {"\033[24~", KEYB_F12},
    {"\033[1;2R", KEYB_F1 + 2},
    {"\033r", KEYB_ALT | 'r'},
    {"\033[99~", 0},
    {"\033[>1;2c", 0},
    {"\033]11;rgb:00/00/00\033\\", 0},
    {"\033]0;x\007", 0},
    {"\033_Xi=1;OK\033\\", 0},
    {"\033_G\033\\", 0},
    {"\033[I", 0},
};

static void start(struct input *in)
{
    static struct charset utf8;
    charset_init(&utf8, "UTF-8");
    input_init(in, &utf8);
}

static bool feed(struct input *in, const char *bytes, size_t n, uint64_t now, struct input_event *e)
{
    assert_int_equal(input_feed(in, (const uint8_t *)bytes, n, now), n);
    return input_next(in, now, e);
}

static void test_keys_whole_and_torn(void **state)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t len = strlen(keys[i].bytes);
        for (size_t cut = 0; cut < len; cut++) {
            struct input in;
            struct input_event e;
            start(&in);
            if (cut) {
                assert_false(feed(&in, keys[i].bytes, cut, 1, &e));
            }
            bool got = feed(&in, keys[i].bytes + cut, len - cut, 2, &e);
            assert_int_equal(got, keys[i].key != 0);
            if (got) {
                assert_int_equal(e.kind, INPUT_KEY);
                assert_int_equal(e.key, keys[i].key);
            }
            assert_int_equal(in.len, 0);
            assert_true(feed(&in, "q", 1, 3, &e)); /* nothing is left over */
            assert_int_equal(e.key, 'q');
        }
    }
}

static void test_lone_escape_needs_time(void **state)
{
    struct input in;
    struct input_event e;
    start(&in);
    assert_int_equal(input_deadline(&in), UINT64_MAX);
    assert_false(feed(&in, "\033", 1, 1000, &e));
    uint64_t deadline = input_deadline(&in);
    assert_int_equal(deadline, 1000 + 25 * NS_PER_MS);
    assert_false(input_next(&in, deadline - 1, &e));
    assert_true(input_next(&in, deadline, &e));
    assert_int_equal(e.key, KEYB_ESC);
}

static void test_half_answers_are_dropped_not_typed(void **state)
{
    static const char *const halves[] = {"\033[?64;1", "\033P>|XTerm", "\033]11;rgb", "\033["};
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct input in;
        struct input_event e;
        start(&in);
        input_answers_until(&in, 10 * NS_PER_S);
        assert_false(feed(&in, halves[i], strlen(halves[i]), 1, &e));
        assert_true(input_deadline(&in) >= 500 * NS_PER_MS);
        assert_false(input_next(&in, input_deadline(&in), &e));
        assert_int_equal(in.len, 0);
    }
}

static void test_reports(void **state)
{
    static const struct {
        const char *bytes;
        enum input_report report;
        unsigned n;
        int first, second;
    } cases[] = {
        {"\033[2;4R", REPORT_CURSOR, 2, 2, 4},
        {"\033[?64;1;2c", REPORT_DEVICE, 3, 64, 1},
        {"\033[6;18;9t", REPORT_CELL_SIZE, 3, 6, 18},
        {"\033[?2026;2$y", REPORT_MODE, 2, 2026, 2},
        {"\033[0n", REPORT_STATUS, 1, 0, 0},
        {"\033[4;432;720t", REPORT_AREA_SIZE, 3, 4, 432},
        {"\033[?1;0;256S", REPORT_SIXEL, 3, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct input in;
        struct input_event e;
        start(&in);
        assert_true(feed(&in, cases[i].bytes, strlen(cases[i].bytes), 1, &e));
        assert_int_equal(e.kind, INPUT_REPORT);
        assert_int_equal(e.report, cases[i].report);
        assert_int_equal(e.n, cases[i].n);
        assert_int_equal(e.arg[0], cases[i].first);
        assert_int_equal(e.arg[1], cases[i].second);
    }
}

static void test_version(void **state)
{
    struct input in;
    struct input_event e;
    start(&in);
    assert_true(feed(&in, "\033P>|kitty 0.30\033\\", 16, 1, &e));
    assert_int_equal(e.report, REPORT_VERSION);
    assert_string_equal(e.text, "kitty 0.30");
}

static void test_answers_to_the_graphics_query(void **state)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"\033_Gi=31;OK\033\\", "OK"},
        {"\033_Gi=31;ENOENT: no such\033\\", "ENOENT: no such"},
        {"\033_G;\033\\", ""},
        {"\033_Gi=31;OK\a", "OK"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct input in;
        struct input_event e;
        start(&in);
        assert_true(feed(&in, cases[i].bytes, strlen(cases[i].bytes), 1, &e));
        assert_int_equal(e.kind, INPUT_REPORT);
        assert_int_equal(e.report, REPORT_GRAPHICS);
        assert_string_equal(e.text, cases[i].text);
        assert_int_equal(in.len, 0);
    }
}

static void test_mouse(void **state)
{
    static const struct {
        const char *bytes;
        bool event;
        enum input_mouse mouse;
        int x, y;
    } cases[] = {
        {"\033[<0;3;4M", true, MOUSE_PRESS, 2, 3},
        {"\033[<0;3;4m", false, 0, 0, 0},
        {"\033[<64;1;1M", true, MOUSE_WHEEL_UP, 0, 0},
        {"\033[<65;1;1M", true, MOUSE_WHEEL_DOWN, 0, 0},
        {"\033[<65;1;1m", false, 0, 0, 0},
        {"\033[<2;3;4M", false, 0, 0, 0},
        {"\033[<16;300;9M", true, MOUSE_PRESS, 299, 8},
        {"\033[M #$", true, MOUSE_PRESS, 2, 3},
        {"\033[M##$", false, 0, 0, 0},
        {"\033[<0;0;0M", false, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct input in;
        struct input_event e;
        start(&in);
        assert_int_equal(feed(&in, cases[i].bytes, strlen(cases[i].bytes), 1, &e), cases[i].event);
        if (cases[i].event) {
            assert_int_equal(e.kind, INPUT_MOUSE);
            assert_int_equal(e.mouse, cases[i].mouse);
            assert_int_equal(e.x, cases[i].x);
            assert_int_equal(e.y, cases[i].y);
        }
    }
}

static void test_paste_is_marked(void **state)
{
    struct input in;
    struct input_event e;
    start(&in);
    assert_true(feed(&in, "\033[200~q\033[201~r", 14, 1, &e));
    assert_int_equal(e.key, 'q');
    assert_true(e.pasted);
    assert_true(input_next(&in, 1, &e));
    assert_int_equal(e.key, 'r');
    assert_false(e.pasted);
}

static void test_a_string_without_end_is_skipped(void **state)
{
    struct input in;
    struct input_event e;
    char filler[100];
    start(&in);
    memset(filler, 'x', sizeof filler);
    assert_false(feed(&in, "\033P", 2, 1, &e));
    for (int i = 0; i < 50; i++) {
        size_t n = input_feed(&in, (const uint8_t *)filler, sizeof filler, 2);
        assert_false(input_next(&in, 2, &e));
        if (n < sizeof filler) {
            input_feed(&in, (const uint8_t *)filler, sizeof filler - n, 2);
            assert_false(input_next(&in, 2, &e));
        }
    }
    assert_true(feed(&in, "\033\\q", 3, 3, &e));
    assert_int_equal(e.key, 'q');
}

static void test_terminfo_strings(void **state)
{
    struct input in;
    struct input_event e;
    start(&in);
    input_string(&in, "\033[[A", KEYB_F12);
    input_string(&in, "\033Ot", KEYB_F1 + 4);
    input_string(&in, NULL, KEYB_UP);
    input_string(&in, "x", KEYB_UP);
    assert_true(feed(&in, "\033[[A", 4, 1, &e));
    assert_int_equal(e.key, KEYB_F12);
    assert_false(feed(&in, "\033O", 2, 1, &e));
    assert_true(feed(&in, "t", 1, 1, &e));
    assert_int_equal(e.key, KEYB_F1 + 4);
}

static void test_eight_bit_keys(void **state)
{
    struct charset latin;
    struct input in;
    struct input_event e;
    charset_init(&latin, "ISO-8859-1");
    input_init(&in, &latin);
    assert_true(feed(&in, "\xe9", 1, 1, &e));
    assert_int_equal(e.key, 0xe9);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_whole_and_torn),
        cmocka_unit_test(test_lone_escape_needs_time),
        cmocka_unit_test(test_half_answers_are_dropped_not_typed),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_answers_to_the_graphics_query),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_paste_is_marked),
        cmocka_unit_test(test_a_string_without_end_is_skipped),
        cmocka_unit_test(test_terminfo_strings),
        cmocka_unit_test(test_eight_bit_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
