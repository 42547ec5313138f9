/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/frag.h"
#include "proto/limits.h"

static void counts(void **state)
{
    static const struct {
        uint32_t bytes;
        uint16_t stride, count;
    } cases[] = {
        {0, 1000, 0},
        {1, 1000, 1},
        {999, 1000, 1},
        {1000, 1000, 1},
        {1001, 1000, 2},
        {2000, 1000, 2},
        {2001, 1000, 3},
        {1, 0, 0},
        {PROTO_FRAME_BYTES_MAX, PROTO_STRIDE_MAX, 470},
        {PROTO_FRAME_BYTES_MAX + 1, PROTO_STRIDE_MAX, 0},
        {PROTO_FRAME_BYTES_MAX, 1024, PROTO_FRAGMENTS_MAX},
        {PROTO_FRAME_BYTES_MAX, 1023, 0},
        {PROTO_FRAGMENTS_MAX, 1, PROTO_FRAGMENTS_MAX},
        {PROTO_FRAGMENTS_MAX + 1, 1, 0},
        {UINT32_MAX, UINT16_MAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (frag_count(cases[i].bytes, cases[i].stride) != cases[i].count)
            fail_msg("case %zu: %u", i, frag_count(cases[i].bytes, cases[i].stride));
}

static void lengths(void **state)
{
    assert_int_equal(frag_len(1001, 1000, 0), 1000);
    assert_int_equal(frag_len(1001, 1000, 1), 1);
    assert_int_equal(frag_len(2000, 1000, 1), 1000);
    assert_int_equal(frag_len(2000, 1000, 2), 0); /* one beyond */
    assert_int_equal(frag_len(2000, 1000, UINT16_MAX), 0);
    assert_true(frag_offset(UINT16_MAX, UINT16_MAX) == 4294836225u);
}

static void strides(void **state)
{
    assert_int_equal(frag_stride(PROTO_UDP_PAYLOAD), 1139);
    assert_int_equal(frag_stride(PROTO_UDP_PAYLOAD_MIN), PROTO_STRIDE_MIN);
    assert_int_equal(frag_stride(PROTO_UDP_PAYLOAD_MAX), PROTO_STRIDE_MAX);
    assert_int_equal(frag_stride(PROTO_UDP_PAYLOAD_MIN - 1), 0);
    assert_int_equal(frag_stride(PROTO_UDP_PAYLOAD_MAX + 1), 0);
    assert_int_equal(frag_stride(0), 0);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The pieces of any frame follow each other without a hole, end with the frame, and none is empty.
 */
static void pieces_make_the_frame(void **state)
{
    uint32_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        uint16_t stride = (uint16_t)(1 + next(&seed) % PROTO_STRIDE_MAX);
        uint32_t bytes = 1 + next(&seed) % (round % 2 ? PROTO_FRAME_BYTES_MAX : 3u * stride);
        uint16_t count = frag_count(bytes, stride);
        if (count == 0) {
            assert_true((uint64_t)stride * PROTO_FRAGMENTS_MAX < bytes);
            continue;
        }
        uint32_t end = 0;
        for (uint16_t i = 0; i < count; i++) {
            uint16_t len = frag_len(bytes, stride, i);
            assert_int_equal(frag_offset(i, stride), end);
            assert_in_range(len, 1, stride);
            end += len;
        }
        assert_int_equal(end, bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(lengths),
        cmocka_unit_test(strides),
        cmocka_unit_test(pieces_make_the_frame),
    };
    return cmocka_run_group_tests_name("frag", tests, NULL, NULL);
}
