/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "media/mjpeg_probe.h"
#include "util/err.h"

/* The pieces of a small JPEG of 48 x 32 pixels; what is in the tables does not matter here. */
#define SOI      "\xff\xd8"
#define APP0     "\xff\xe0\x00\x04\x41\x42"
#define SOF(n)   "\xff" n "\x00\x11\x08\x00\x20\x00\x30\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
#define SOF0     SOF("\xc0")
#define DHT      "\xff\xc4\x00\x03\x00"
#define SOS      "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
#define DATA     "\x12\xff\x00\x34\xff\xd0\x56"
#define EOI      "\xff\xd9"
#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

static const struct {
    const char *what;
    const uint8_t *bytes;
    size_t len;
    bool header, whole;         /* accepted */
    struct mjpeg_info expected; /* if it is */
} cases[] = {
    {"usual",
     BYTES(SOI APP0 SOF0 DHT SOS DATA EOI),
     true,
     true,
     {48, 32, 3, true, true, 2 + 6 + 19 + 5, 2 + 6 + 19 + 5 + 10 + 7 + 2}},
    {"no tables", BYTES(SOI SOF0 SOS DATA EOI), true, true, {48, 32, 3, false, true, 21, 21 + 19}},
    {"padding behind",
     BYTES(SOI SOF0 SOS DATA EOI "\0\0\0"),
     true,
     true,
     {48, 32, 3, false, true, 21, 21 + 19}},
    {"tables behind SOS do not count",
     BYTES(SOI SOF0 SOS DATA DHT SOS DATA EOI),
     true,
     true,
     {48, 32, 3, false, true, 21, 21 + 17 + 5 + 19}},
    {"extended",
     BYTES(SOI SOF("\xc1") DHT SOS EOI),
     true,
     true,
     {48, 32, 3, true, true, 26, 26 + 12}},
    {"progressive",
     BYTES(SOI SOF("\xc2") DHT SOS EOI),
     true,
     true,
     {48, 32, 3, true, false, 26, 26 + 12}},
    {"fill bytes",
     BYTES(SOI "\xff\xff" SOF0 "\xff" SOS "\xff" EOI),
     true,
     true,
     {48, 32, 3, false, true, 24, 24 + 13}},
    {"restart before a segment",
     BYTES(SOI "\xff\xd3" SOF0 SOS EOI),
     true,
     true,
     {48, 32, 3, false, true, 23, 23 + 12}},
    {"no end", BYTES(SOI SOF0 SOS DATA), true, false, {48, 32, 3, false, true, 21, 0}},
    {"ends in ff", BYTES(SOI SOF0 SOS DATA "\xff"), true, false, {48, 32, 3, false, true, 21, 0}},
    {"begins anew", BYTES(SOI SOF0 SOS DATA SOI EOI), true, false, {48, 32, 3, false, true, 21, 0}},
    {"empty", BYTES(""), false, false, {0}},
    {"one byte", BYTES("\xff"), false, false, {0}},
    {"only SOI", BYTES(SOI), false, false, {0}},
    {"SOI late", BYTES("\xff" SOI SOF0 SOS EOI), false, false, {0}},
    {"SOI twice", BYTES(SOI SOI SOF0 SOS EOI), false, false, {0}},
    {"EOI at once", BYTES(SOI EOI SOF0 SOS), false, false, {0}},
    {"no size", BYTES(SOI DHT SOS DATA EOI), false, false, {0}},
    {"two sizes", BYTES(SOI SOF0 SOF0 SOS DATA EOI), false, false, {0}},
    {"width 0",
     BYTES(SOI "\xff\xc0\x00\x0b\x08\x00\x20\x00\x00\x01\x01\x11\x00" SOS EOI),
     false,
     false,
     {0}},
    {"height 0",
     BYTES(SOI "\xff\xc0\x00\x0b\x08\x00\x00\x00\x20\x01\x01\x11\x00" SOS EOI),
     false,
     false,
     {0}},
    {"no component",
     BYTES(SOI "\xff\xc0\x00\x08\x08\x00\x20\x00\x20\x00" SOS EOI),
     false,
     false,
     {0}},
    {"components cut",
     BYTES(SOI "\xff\xc0\x00\x0b\x08\x00\x20\x00\x20\x03\x01\x11\x00" SOS EOI),
     false,
     false,
     {0}},
    {"length 0", BYTES(SOI "\xff\xe0\x00\x00" SOF0 SOS EOI), false, false, {0}},
    {"length 1", BYTES(SOI "\xff\xe0\x00\x01" SOF0 SOS EOI), false, false, {0}},
    {"length past the end", BYTES(SOI "\xff\xe0\xff\xff" SOF0 SOS EOI), false, false, {0}},
    {"junk between segments", BYTES(SOI "junk" SOF0 SOS EOI), false, false, {0}},
    {"a stuffed zero", BYTES(SOI "\xff\x00" SOF0 SOS EOI), false, false, {0}},
};

static void test_cases(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct mjpeg_info *e = &cases[i].expected;
        struct mjpeg_info info;
        int r = mjpeg_probe(cases[i].bytes, cases[i].len, &info);
        if (r != (cases[i].header ? 0 : ERR_FORMAT))
            fail_msg("%s: probe gives %d", cases[i].what, r);
        if (r == 0 && (info.width != e->width || info.height != e->height ||
                       info.components != e->components || info.has_huffman != e->has_huffman ||
                       info.baseline != e->baseline || info.sos != e->sos || info.end != 0))
            fail_msg("%s: %ux%u, %u components, tables %d, baseline %d, sos %zu", cases[i].what,
                     info.width, info.height, info.components, info.has_huffman, info.baseline,
                     info.sos);
        r = mjpeg_probe_whole(cases[i].bytes, cases[i].len, &info);
        if (r != (cases[i].whole ? 0 : ERR_FORMAT))
            fail_msg("%s: whole probe gives %d", cases[i].what, r);
        if (r == 0 && (info.end != e->end || info.sos != e->sos))
            fail_msg("%s: ends at %zu", cases[i].what, info.end);
    }
}

/* Every shorter piece, in memory of just its size: no header before SOS is there, none whole. */
static void test_truncation(void **state)
{
    const struct mjpeg_info *e = &cases[0].expected;
    for (size_t len = 0; len <= cases[0].len; len++) {
        uint8_t *piece = malloc(len ? len : 1);
        struct mjpeg_info info;
        assert_non_null(piece);
        memcpy(piece, cases[0].bytes, len);
        assert_int_equal(mjpeg_probe(piece, len, &info), len >= e->sos + 2 ? 0 : ERR_FORMAT);
        assert_int_equal(mjpeg_probe_whole(piece, len, &info), len >= e->end ? 0 : ERR_FORMAT);
        free(piece);
    }
}

/* Four tables with as many symbols as their counts say, in one segment that says its length. */
static void test_standard_tables(void **state)
{
    size_t len;
    const uint8_t *dht = mjpeg_standard_dht(&len);
    assert_int_equal(dht[0] << 8 | dht[1], 0xffc4);
    assert_int_equal(dht[2] << 8 | dht[3], len - 2);
    static const uint8_t kinds[] = {0x00, 0x10, 0x01, 0x11};
    size_t at = 4;
    for (size_t i = 0; i < sizeof kinds; i++) {
        assert_true(at + 17 <= len);
        assert_int_equal(dht[at], kinds[i]);
        size_t symbols = 0;
        for (size_t bits = 1; bits <= 16; bits++)
            symbols += dht[at + bits];
        at += 17 + symbols;
    }
    assert_int_equal(at, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_standard_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
