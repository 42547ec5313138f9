/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "util/text.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define FRONT    "\xe5\x89\x8d" /* U+524D, 3 bytes */

static void decodes_utf8(void **state)
{
    static const struct {
        const char *s;
        size_t len;
        uint32_t cp;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 1, 0xfffd},     /* a continuation alone */
        {"\xc0\x80", 1, 0xfffd}, /* overlong */
        {"\xc1\xbf", 1, 0xfffd},
        {"\xe0\x9f\xbf", 1, 0xfffd},
        {"\xf0\x8f\xbf\xbf", 1, 0xfffd},
        {"\xed\xa0\x80", 1, 0xfffd},     /* a surrogate */
        {"\xf4\x90\x80\x80", 1, 0xfffd}, /* beyond Unicode */
        {"\xf5\x80\x80\x80", 1, 0xfffd},
        {"\xff", 1, 0xfffd},
        {"\xe5\x89", 1, 0xfffd}, /* torn */
        {"\xe5z\x8d", 1, 0xfffd},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t cp = 0;
        size_t n = strlen(cases[i].s);
        char *exact = malloc(n); /* a sanitizer sees a read beyond it */
        memcpy(exact, cases[i].s, n);
        assert_int_equal(text_decode(exact, n, &cp), cases[i].len);
        assert_int_equal(cp, cases[i].cp);
        assert_int_equal(text_utf8_valid(exact, n), cp != 0xfffd);
        free(exact);
    }
    uint32_t cp;
    assert_int_equal(text_decode("", 0, &cp), 0);
    assert_true(text_utf8_valid("\xef\xbf\xbd", 3));
    assert_int_equal(text_utf8_len("a" FRONT "\xff\xc3\xa4"), 4);
    assert_int_equal(text_utf8_len(""), 0);
}

static void cuts_at_a_characters_end(void **state)
{
    static const struct {
        const char *s;
        size_t cap;
        const char *out;
    } cases[] = {
        {"abc", 4, "abc"},
        {"abc", 3, "ab"},
        {"abc", 1, ""},
        {"a" FRONT "b", 6, "a" FRONT "b"},
        {"a" FRONT "b", 5, "a" FRONT},
        {"a" FRONT "b", 4, "a"},
        {"a" FRONT "b", 3, "a"},
        {"a" FRONT "b", 2, "a"},
        {FRONT FRONT, 6, FRONT},
        {"\xf0\x9f\x8e\xa5", 4, ""},
        {"\x80\x80\x80\x80\x80", 4, "\x80\x80\x80"}, /* bad anyway: kept as it is */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char buf[16];
        memset(buf, 'X', sizeof buf);
        text_copy(buf, cases[i].cap, cases[i].s);
        assert_string_equal(buf, cases[i].out);
        assert_int_equal(buf[cases[i].cap], 'X');
        memset(buf, 'X', sizeof buf);
        assert_int_equal(text_format(buf, cases[i].cap, "%s", cases[i].s), strlen(cases[i].out));
        assert_string_equal(buf, cases[i].out);
        assert_int_equal(buf[cases[i].cap], 'X');
    }
    char none[1] = {'X'};
    text_copy(none, 0, "a");
    assert_int_equal(text_format(none, 0, "a"), 0);
    assert_int_equal(none[0], 'X');
}

static void tells_what_may_be_printed(void **state)
{
    static const struct {
        const char *s;
        bool good;
    } cases[] = {
        {"", true},
        {"front door", true},
        {FRONT, true},
        {"a\nb", false},
        {"\x1b[2J", false},
        {"\x7f", false},
        {"\xc2\x9b", false},
        {"\xc2\xa0", true},
        {"\xff", false},
        {"\xe2\x80\xae", false}, /* turns the writing around */
        {"\xe2\x80\xa8", false},
        {"\xe2\x81\xa6", false},
        {"\xe2\x80\xaf", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_printable(cases[i].s), cases[i].good);
}

static void makes_directory_names(void **state)
{
    static const struct {
        const char *in;
        size_t cap;
        const char *out;
    } cases[] = {
        {"front", 64, "front"},
        {"Front.Door_2-b", 64, "Front.Door_2-b"},
        {"a b/c\\d:e", 64, "a_b_c_d_e"},
        {"../../etc/passwd", 64, ".._.._etc_passwd"},
        {".", 64, "_"},
        {"..", 64, "__"},
        {"...", 64, "..."},
        {"", 64, "_"},
        {"/", 64, "_"},
        {FRONT "\xe3\x83\x89\xd1\x8f\xc3\xa9", 64, FRONT "\xe3\x83\x89\xd1\x8f\xc3\xa9"},
        {"\xe0\xb8\x81\xd9\xa3", 64, "\xe0\xb8\x81\xd9\xa3"}, /* Thai letter, Arabic digit */
        {"\xef\xbc\x91\xef\xbd\x81\xef\xbc\x8f", 64,
         "\xef\xbc\x91\xef\xbd\x81_"},         /* full width 1 a / */
        {"\xf0\x9f\x8e\xa5 cam", 64, "__cam"}, /* a picture of a camera */
        {"a\xe2\x80\xae"
         "b\xe3\x80\x82",
         64, "a_b_"}, /* turned around; 。 */
        {"\xff\xfe", 64, "__"},
        {"abcdef", 4, "abc"},
        {FRONT FRONT, 6, FRONT},
        {"..x", 3, "__"}, /* cut to what must not be */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char buf[64];
        text_path_name(cases[i].in, buf, cases[i].cap);
        assert_string_equal(buf, cases[i].out);
    }
}

static void writes_amounts(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *out;
    } cases[] = {
        {0, "0 B"},           {999, "999 B"},     {1000, "1.0 kB"},        {7900000, "7.9 MB"},
        {999949, "999.9 kB"}, {999950, "1.0 MB"}, {588100000, "588.1 MB"}, {UINT64_MAX, "18.4 EB"},
    };
    char buf[24];
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(text_bytes(cases[i].bytes, buf), cases[i].out);
    assert_string_equal(text_bits_per_second(7.9e6, buf), "7.9 Mb/s");
    assert_string_equal(text_bits_per_second(-1, buf), "0 b/s");
    assert_string_equal(text_hms(602, buf), "00:10:02");
    assert_string_equal(text_hms(359999, buf), "99:59:59");
    assert_string_equal(text_hms(360000, buf), "100:00:00");
    assert_true(strlen(text_hms(UINT64_MAX, buf)) < sizeof buf);
}

static bool is_taken(void *ctx, const char *name)
{
    for (const char *const *taken = ctx; *taken; taken++) {
        if (strcmp(*taken, name) == 0)
            return true;
    }
    return false;
}

static void numbers_names_until_free(void **state)
{
    static const struct {
        const char *taken[4];
        const char *in;
        size_t cap;
        const char *out;
    } cases[] = {
        {{NULL}, "clip", 33, "clip"},
        {{"clip"}, "clip", 33, "clip-2"},
        {{"clip", "clip-2"}, "clip", 33, "clip-3"},
        {{"clip-2"}, "clip-2", 33, "clip-3"},
        {{"clip-x"}, "clip-x", 33, "clip-x-2"},
        {{"clip-"}, "clip-", 33, "clip--2"},
        {{"-2"}, "-2", 33, "-2-2"},
        {{"a-99"}, "a-99", 33, "a-100"},
        {{"abcdef"}, "abcdef", 7, "abcd-2"},
        {{FRONT FRONT}, FRONT FRONT, 7, FRONT "-2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[33];
        text_copy(name, cases[i].cap, cases[i].in);
        text_number(name, cases[i].cap, is_taken, (void *)(uintptr_t)cases[i].taken);
        assert_string_equal(name, cases[i].out);
    }
}

static void cleaning_makes_printable(void **state)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"", ""},           {"plain", "plain"},   {"a\nb\x1b[c", "a?b?[c"}, {"车库", "车库"},
        {"\xff\xfe", "??"}, {"a\xe8\xbd", "a??"}, {"\xc2\x9b", "??"}, /* a control character of two
                                                                         bytes */
    };
    char buf[32];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        strcpy(buf, rows[i].from);
        text_clean(buf);
        assert_string_equal(buf, rows[i].to);
        assert_true(text_printable(buf));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_makes_printable), cmocka_unit_test(decodes_utf8),
        cmocka_unit_test(cuts_at_a_characters_end), cmocka_unit_test(tells_what_may_be_printed),
        cmocka_unit_test(makes_directory_names),    cmocka_unit_test(writes_amounts),
        cmocka_unit_test(numbers_names_until_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
