/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/serial.h"
#include "proto/wire.h"

static const uint8_t all[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                              0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};

static void put_all(struct wire_out *w)
{
    wire_put_u8(w, 0x01);
    wire_put_u16(w, 0x0203);
    wire_put_u32(w, 0x04050607);
    wire_put_u64(w, 0x08090a0b0c0d0e0f);
}

static void integers_are_big_endian(void **state)
{
    uint8_t buf[sizeof all];
    struct wire_out out = wire_out(buf, sizeof buf);
    put_all(&out);
    assert_int_equal(wire_len(&out), sizeof all);
    assert_memory_equal(buf, all, sizeof all);

    struct wire_in in = wire_in(all, sizeof all);
    assert_int_equal(wire_u8(&in), 0x01);
    assert_int_equal(wire_u16(&in), 0x0203);
    assert_int_equal(wire_u32(&in), 0x04050607);
    assert_int_equal(wire_left(&in), 8);
    assert_false(wire_done(&in));
    assert_true(wire_u64(&in) == 0x08090a0b0c0d0e0f);
    assert_true(wire_done(&in));
}

static void an_error_sticks(void **state)
{
    struct wire_in in = wire_in(all, 3);
    assert_int_equal(wire_u32(&in), 0);
    assert_true(in.bad);
    assert_int_equal(wire_u8(&in), 0); /* there is a byte, but it is too late */
    assert_null(wire_bytes(&in, 1));
    assert_false(wire_done(&in));

    uint8_t buf[4] = {0xee, 0xee, 0xee, 0xee};
    struct wire_out out = wire_out(buf, 3);
    wire_put_u32(&out, 0);
    wire_put_u8(&out, 0);
    assert_int_equal(wire_len(&out), 0);
    assert_int_equal(buf[0], 0xee);
}

/* Room for one byte less than needed, at every length. */
static void nothing_is_written_past_the_end(void **state)
{
    for (size_t cap = 0; cap < sizeof all; cap++) {
        uint8_t buf[sizeof all];
        memset(buf, 0xee, sizeof buf);
        struct wire_out out = wire_out(buf, cap);
        put_all(&out);
        assert_int_equal(wire_len(&out), 0);
        for (size_t i = cap; i < sizeof buf; i++)
            assert_int_equal(buf[i], 0xee);
    }
}

static void bytes_are_borrowed(void **state)
{
    struct wire_in in = wire_in(all, 5);
    assert_ptr_equal(wire_bytes(&in, 2), all);
    assert_ptr_equal(wire_bytes(&in, 0), all + 2);
    assert_null(wire_bytes(&in, 4));
}

static void strings_are_checked(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *text; /* NULL: refused */
    } cases[] = {
        {"\x00", 1, ""},
        {"\x01z", 2, "z"},
        {"\x07yard_-9", 8, "yard_-9"}, /* fills the buffer to the last byte */
        {"\x08yard_-99", 9, NULL},     /* one beyond */
        {"\x03\xe6\x91\x84", 4, "\xe6\x91\x84"},
        {"\x02\xe6\x91", 3, NULL}, /* torn UTF-8 */
        {"\x01\x80", 2, NULL},
        {"\x02\xc0\xaf", 3, NULL},     /* overlong */
        {"\x03\xed\xa0\x80", 4, NULL}, /* surrogate */
        {"\x02\x00z", 3, NULL},
        {"\x02z\x00", 3, NULL},
        {"\x02z\n", 3, NULL},
        {"\x02\x1b[", 3, NULL},
        {"\x01\x7f", 2, NULL},
        {"\x02z", 2, NULL}, /* shorter than it says */
        {"", 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buf[8] = "before";
        struct wire_in in = wire_in(cases[i].bytes, cases[i].len);
        wire_string(&in, buf, sizeof buf);
        if (in.bad != !cases[i].text)
            fail_msg("case %zu: bad is %d", i, in.bad);
        if (cases[i].text) {
            assert_string_equal(buf, cases[i].text);
            assert_true(wire_done(&in));
        }
    }
}

static void strings_come_back(void **state)
{
    char longest[257];
    memset(longest, 'x', sizeof longest);
    longest[256] = '\0';
    uint8_t buf[300];
    struct wire_out out = wire_out(buf, sizeof buf);
    wire_put_string(&out, longest);
    assert_int_equal(wire_len(&out), 0); /* 256 do not fit a length byte */
    out = wire_out(buf, sizeof buf);
    wire_put_string(&out, longest + 1);
    wire_put_string(&out, "");
    assert_int_equal(wire_len(&out), 257);
    char back[256];
    struct wire_in in = wire_in(buf, 257);
    wire_string(&in, back, sizeof back);
    assert_string_equal(back, longest + 1);
    wire_string(&in, back, sizeof back);
    assert_string_equal(back, "");
    assert_true(wire_done(&in));
}

static void serials_wrap(void **state)
{
    static const struct {
        uint32_t a, b;
        int32_t diff;
    } cases[] = {
        {0, 0, 0},
        {1, 0, 1},
        {0, 1, -1},
        {0, UINT32_MAX, 1},
        {UINT32_MAX, 0, -1},
        {0x80000004, 5, INT32_MAX},
        {0x80000005, 5, INT32_MIN}, /* as far as can be: neither is newer */
        {5, 0x80000005, INT32_MIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(serial_diff(cases[i].a, cases[i].b), cases[i].diff);
        assert_int_equal(serial_newer(cases[i].a, cases[i].b), cases[i].diff > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(an_error_sticks),
        cmocka_unit_test(nothing_is_written_past_the_end),
        cmocka_unit_test(bytes_are_borrowed),
        cmocka_unit_test(strings_are_checked),
        cmocka_unit_test(strings_come_back),
        cmocka_unit_test(serials_wrap),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
