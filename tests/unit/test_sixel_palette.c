/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tui/sixel_palette.h"
#include "unit/pixels.h"

/* How far palettes may be off, in values of 0 … 255: a line of grey by less than a step of
 * brightness; the average of the lines that the dither takes, which is what is seen from afar, of
 * grey and of weak tints by little; the brightness of any colour at all, vivid ones included, and
 * its channels on average over all of them. */
static const struct terminal {
    unsigned registers, colors; /* at least so many are used */
    int grey_line, grey, weak, luma, all;
} terminals[] = {
    {16, 16, 28, 6, 35, 116, 34}, {17, 16, 25, 6, 36, 116, 34}, {64, 60, 19, 4, 33, 95, 22},
    {255, 240, 13, 4, 8, 50, 14}, {256, 240, 13, 4, 8, 50, 14}, {1024, 240, 13, 4, 8, 50, 14},
};
enum { TERMINALS = sizeof terminals / sizeof terminals[0] };
static struct sixel_palette palettes[TERMINALS];

/* What a line of one colour comes to. */
static uint32_t shown(const struct sixel_palette *p, uint32_t rgb, unsigned line)
{
    const uint8_t pixel[4] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 77};
    uint8_t color;
    sixel_palette_line(p, pixel, 1, line, &color);
    assert_true(color < p->colors);
    return pixels_percent(p->percent[color][0], p->percent[color][1], p->percent[color][2]);
}

static int channel(uint32_t rgb, int c)
{
    return (int)(rgb >> (16 - 8 * c) & 0xff);
}

static int luma(uint32_t rgb)
{
    return (299 * channel(rgb, 0) + 587 * channel(rgb, 1) + 114 * channel(rgb, 2)) / 1000;
}

struct error {
    int channel, luma; /* the most in any line */
    int average;       /* over the lines, of the worst channel */
};

static struct error error_of(const struct sixel_palette *p, uint32_t rgb)
{
    struct error e = {0};
    int sum[3] = {0};
    for (unsigned line = 0; line < SIXEL_MIX_LINES; line++) {
        uint32_t got = shown(p, rgb, line);
        int y = abs(luma(got) - luma(rgb));
        e.luma = y > e.luma ? y : e.luma;
        for (int c = 0; c < 3; c++) {
            int off = channel(got, c) - channel(rgb, c);
            sum[c] += off;
            e.channel = abs(off) > e.channel ? abs(off) : e.channel;
        }
    }
    for (int c = 0; c < 3; c++) {
        int average = (abs(sum[c]) + SIXEL_MIX_LINES / 2) / SIXEL_MIX_LINES;
        e.average = average > e.average ? average : e.average;
    }
    return e;
}

static void test_greys(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        const struct sixel_palette *p = &palettes[i];
        for (unsigned v = 0; v < 256; v++) {
            struct error e = error_of(p, v * 0x010101);
            assert_in_range(e.channel, 0, terminals[i].grey_line);
            assert_in_range(e.average, 0, terminals[i].grey);
        }
        assert_int_equal(error_of(p, 0).channel, 0);
        assert_int_equal(error_of(p, 0xffffff).channel, 0);
    }
}

/* Brighter is never darker, in no line. */
static void test_brightness_grows(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        const struct sixel_palette *p = &palettes[i];
        for (unsigned line = 0; line < 2 * SIXEL_MIX_LINES; line++) {
            for (unsigned v = 1; v < 256; v++) {
                assert_true(shown(p, v * 0x010101, line) >= shown(p, (v - 1) * 0x010101, line));
            }
        }
    }
}

/* A channel lifted or lowered by some, at all brightnesses that leave room for it. */
static void test_weak_tints(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        const struct sixel_palette *p = &palettes[i];
        for (unsigned v = 40; v < 216; v++) {
            for (int c = 0; c < 3; c++) {
                for (int by = -32; by <= 32; by += 8) {
                    uint32_t value = (uint32_t)((int)v + by);
                    uint32_t rgb = (v * 0x010101 & ~(0xffu << 8 * c)) | value << 8 * c;
                    assert_in_range(error_of(p, rgb).average, 0, terminals[i].weak);
                }
            }
        }
    }
}

static void test_all_colours(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        const struct sixel_palette *p = &palettes[i];
        int sum = 0, n = 0;
        for (unsigned k = 0; k < 18 * 18 * 18; k++, n++) {
            struct error e = error_of(p, k / 324 * 15 << 16 | k / 18 % 18 * 15 << 8 | k % 18 * 15);
            assert_in_range(e.luma, 0, terminals[i].luma);
            sum += e.average;
        }
        assert_in_range(sum / n, 0, terminals[i].all);
    }
}

static void test_registers_are_used_once(void **state)
{
    static const unsigned between[] = {18, 33, 39, 40, 41, 99, 159, 160, 161, 254, 257};
    for (unsigned i = 0; i < sizeof between / sizeof between[0]; i++) {
        static struct sixel_palette p;
        sixel_palette_init(&p, between[i]);
        assert_in_range(p.colors, 16, between[i] < 256 ? between[i] : 256);
    }
    for (unsigned i = 0; i < TERMINALS; i++) {
        const struct sixel_palette *p = &palettes[i];
        assert_in_range(p->colors, terminals[i].colors, 256);
        for (unsigned a = 0; a < p->colors; a++) {
            for (unsigned b = 0; b < a; b++) {
                assert_memory_not_equal(p->percent[a], p->percent[b], 3);
            }
        }
    }
}

static int make_palettes(void **state)
{
    for (unsigned i = 0; i < TERMINALS; i++) {
        sixel_palette_init(&palettes[i], terminals[i].registers);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greys),
        cmocka_unit_test(test_brightness_grows),
        cmocka_unit_test(test_weak_tints),
        cmocka_unit_test(test_all_colours),
        cmocka_unit_test(test_registers_are_used_once),
    };
    return cmocka_run_group_tests(tests, make_palettes, NULL);
}
