/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/legacy.h"

enum { CAP = 200000, PIECE = 1000 };
static uint8_t room[CAP];

/* A picture of exactly len bytes, as marker structure: SOI, an APP1 segment with a whole small JPEG
 * in it, DQT, fill, SOS, coded data with stuffed bytes, restarts and fill, EOI. */
static const uint8_t head[] = {0xff, 0xd8, 0xff, 0xe1, 0x00, 0x0e, 'E',  'x',  'i',  'f',
                               0xff, 0xd8, 0xff, 0xdb, 0,    0,    0xff, 0xd9, 0xff, 0xdb,
                               0x00, 0x03, 0x01, 0xff, 0xff, 0xda, 0x00, 0x03, 0x01, 0xff,
                               0x00, 0xff, 0xd0, 0x11, 0xff, 0xff, 0xd7};
static size_t picture(uint8_t *buf, size_t len, uint32_t seed)
{
    memcpy(buf, head, sizeof head);
    for (size_t i = sizeof head; i < len - 2; i++) {
        seed = seed * 1664525u + 1013904223u;
        buf[i] = (uint8_t)((seed >> 16) % 255);
    }
    buf[len - 2] = 0xff;
    buf[len - 1] = 0xd9;
    return len;
}

static size_t send(struct legacy *l, const uint8_t *bytes, size_t from, size_t to)
{
    size_t whole = 0;
    for (size_t at = from; at < to; at += PIECE) {
        assert_int_equal(whole, 0); /* not before its end */
        whole = legacy_add(l, bytes + at, to - at < PIECE ? to - at : PIECE);
    }
    return whole;
}

static void connect_is_seven_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool is;
    } cases[] = {{"CONNECT", 7, true},  {"CONNECT", 6, false},   {"CONNECT\n", 8, false},
                 {"connect", 7, false}, {"CONNECT\0", 8, false}, {"", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(legacy_is_connect((const uint8_t *)cases[i].bytes, cases[i].len),
                         cases[i].is);
}

static void pictures_of_any_length_come_whole(void **state)
{
    static const size_t lengths[] = {
        sizeof head + 2, 999, 1000, 1001, 1002, 1999, 2000, 2001, 2002, 3000, 65000, CAP};
    static uint8_t bytes[CAP];
    struct legacy l;
    legacy_init(&l, room, sizeof room);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        picture(bytes, lengths[i], (uint32_t)i);
        memset(room, 0, sizeof room);
        assert_int_equal(send(&l, bytes, 0, lengths[i]), lengths[i]);
        assert_memory_equal(room, bytes, lengths[i]);
    }
    assert_int_equal(l.pictures, sizeof lengths / sizeof lengths[0]);
    assert_int_equal(l.torn + l.foreign, 0);
}

/* Wherever it is cut, also inside a marker or the thumbnail. */
static void any_cut_is_put_together(void **state)
{
    uint8_t bytes[120];
    picture(bytes, sizeof bytes, 1);
    for (size_t cut = sizeof bytes / 2; cut < sizeof bytes; cut++) {
        struct legacy l;
        memset(room, 0xd9, sizeof bytes); /* what stands behind must not be read */
        legacy_init(&l, room, sizeof room);
        assert_int_equal(legacy_add(&l, bytes, cut), 0);
        assert_int_equal(legacy_add(&l, bytes + cut, sizeof bytes - cut), sizeof bytes);
        assert_memory_equal(room, bytes, sizeof bytes);
    }
    for (size_t piece = 3; piece < sizeof bytes; piece++) {
        struct legacy l;
        size_t whole = 0;
        memset(room, 0xd9, sizeof bytes); /* what stands behind must not be read */
        legacy_init(&l, room, sizeof room);
        for (size_t at = 0; at < sizeof bytes; at += piece)
            whole =
                legacy_add(&l, bytes + at, sizeof bytes - at < piece ? sizeof bytes - at : piece);
        if (whole != sizeof bytes)
            fail_msg("in pieces of %zu", piece);
    }
}

static void bytes_behind_the_end_are_ignored(void **state)
{
    uint8_t bytes[200];
    struct legacy l;
    picture(bytes, 100, 1);
    picture(bytes + 100, 100, 2);
    legacy_init(&l, room, sizeof room);
    assert_int_equal(legacy_add(&l, bytes, sizeof bytes), 100);
    assert_int_equal(l.pictures, 1);
    assert_int_equal(l.torn, 0);
    assert_int_equal(legacy_add(&l, bytes + 150, 50), 0);
    assert_int_equal(l.foreign, 1);
}

/* What is sent of two pictures of 2500 bytes: digits are pieces of the first, letters of the
 * second. Every story ends with a third picture, which must come whole. */
static void lost_pieces_cost_one_picture(void **state)
{
    static const struct {
        const char *pieces;
        unsigned pictures, torn, foreign;
    } cases[] = {
        {"012abc", 2, 0, 0},
        {"01abc", 1, 1, 0}, /* last one lost: does not swallow the next picture */
        {"0abc", 1, 1, 0},
        {"12abc", 1, 0, 2}, /* first one lost */
        {"01", 0, 1, 0},
        {"", 0, 0, 0},
        {"0122abc", 2, 0, 1}, /* twice */
        {"0112abc", 2, 0, 1},
        {"00012abc", 2, 0, 2},
        {"102abc", 2, 0, 1}, /* 0 2: nobody can see that 1 is missing */
        {"201abc", 1, 1, 1},
        {"01a2bc", 1, 1, 2}, /* mixed up: 2 passes for the end of the second */
        {"01ab", 0, 2, 0},
    };
    uint8_t bytes[3][2500];
    for (uint32_t i = 0; i < 3; i++)
        picture(bytes[i], sizeof bytes[i], i);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct legacy l;
        legacy_init(&l, room, sizeof room);
        for (const char *c = cases[i].pieces; *c; c++) {
            size_t from = (size_t)(*c >= 'a' ? *c - 'a' : *c - '0') * PIECE;
            const uint8_t *of = bytes[*c >= 'a'];
            legacy_add(&l, of + from, from < 2000 ? PIECE : 500);
        }
        assert_int_equal(send(&l, bytes[2], 0, sizeof bytes[2]), sizeof bytes[2]);
        assert_memory_equal(room, bytes[2], sizeof bytes[2]);
        if (l.pictures != cases[i].pictures + 1 || l.torn != cases[i].torn ||
            l.foreign != cases[i].foreign)
            fail_msg("%s: %u whole, %u torn, %u foreign", cases[i].pieces, (unsigned)l.pictures - 1,
                     (unsigned)l.torn, (unsigned)l.foreign);
    }
}

static void what_is_no_picture_is_foreign_or_torn(void **state)
{
#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1
    static const struct {
        const uint8_t *bytes;
        size_t len;
        bool torn;
    } cases[] = {
        {BYTES(""), false},
        {BYTES("CONNECT"), false},
        {BYTES("\xff\xd8"), false},
        {BYTES("\xff\xd8\x00"), false},
        {BYTES("\xff\xd8\xff\xd8"), true},         /* SOI twice */
        {BYTES("\xff\xd8\xff\x00"), true},         /* stuffing outside of data */
        {BYTES("\xff\xd8\xff\xd3"), true},         /* restart outside of data */
        {BYTES("\xff\xd8\xff\xe0\x00\x01"), true}, /* segment shorter than its length */
        {BYTES("\xff\xd8\xff\xda\x00\x01zzzz"), true},
        {BYTES("\xff\xd8\xff\xe0\x00\x02zzzz"), true}, /* no marker behind a segment */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct legacy l;
        legacy_init(&l, room, sizeof room);
        assert_int_equal(legacy_add(&l, cases[i].bytes, cases[i].len), 0);
        if (l.torn != cases[i].torn || l.foreign != !cases[i].torn || l.inside)
            fail_msg("case %zu", i);
    }
}

static void pieces_are_as_long_as_the_first(void **state)
{
    uint8_t bytes[2500];
    picture(bytes, sizeof bytes, 3);
    struct legacy l;
    legacy_init(&l, room, sizeof room);
    legacy_add(&l, bytes, PIECE);
    assert_int_equal(legacy_add(&l, bytes + PIECE, PIECE - 1), 0); /* the last, but no end in it */
    assert_false(l.inside);
    assert_int_equal(l.torn, 1);
    legacy_add(&l, bytes, PIECE);
    assert_int_equal(legacy_add(&l, bytes + PIECE, PIECE + 1), 0);
    assert_false(l.inside);
    assert_int_equal(l.torn, 2);
}

static void a_buffer_that_is_too_small_tears(void **state)
{
    uint8_t bytes[2500];
    picture(bytes, sizeof bytes, 4);
    struct legacy l;
    legacy_init(&l, room, 2499);
    assert_int_equal(send(&l, bytes, 0, sizeof bytes), 0);
    assert_int_equal(l.torn, 1);
    legacy_init(&l, room, 2500);
    assert_int_equal(send(&l, bytes, 0, sizeof bytes), 2500);
}

/* Here the next picture stands where the rest of a segment is due: it is tried as the rest, and
 * then as what it is. */
static void a_loss_inside_a_header_costs_one_picture(void **state)
{
    uint8_t bytes[2500];
    picture(bytes, sizeof bytes, 5);
    struct legacy l;
    legacy_init(&l, room, sizeof room);
    uint8_t first[PIECE] = {0xff, 0xd8, 0xff, 0xe1, 0x04, 0x00};
    assert_int_equal(legacy_add(&l, first, sizeof first), 0);
    assert_int_equal(send(&l, bytes, 0, sizeof bytes), sizeof bytes);
    assert_int_equal(l.torn, 1);
}

static void silence_forgets_half_a_picture(void **state)
{
    uint8_t bytes[1500];
    picture(bytes, sizeof bytes, 6);
    struct legacy l;
    legacy_init(&l, room, sizeof room);
    legacy_reset(&l);
    assert_int_equal(l.torn, 0);
    legacy_add(&l, bytes, PIECE);
    legacy_reset(&l);
    assert_int_equal(l.torn, 1);
    legacy_add(&l, bytes + PIECE, 500);
    assert_int_equal(l.foreign, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_is_seven_bytes),
        cmocka_unit_test(pictures_of_any_length_come_whole),
        cmocka_unit_test(any_cut_is_put_together),
        cmocka_unit_test(bytes_behind_the_end_are_ignored),
        cmocka_unit_test(lost_pieces_cost_one_picture),
        cmocka_unit_test(what_is_no_picture_is_foreign_or_torn),
        cmocka_unit_test(pieces_are_as_long_as_the_first),
        cmocka_unit_test(a_buffer_that_is_too_small_tears),
        cmocka_unit_test(a_loss_inside_a_header_costs_one_picture),
        cmocka_unit_test(silence_forgets_half_a_picture),
    };
    return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}
