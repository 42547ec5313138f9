/* SPDX-License-Identifier: MIT */
/* The ranges of all fields of all messages, at both ends and one beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/packet_samples.h"
#include "unit/packet_make.h"

static const uint8_t payload[PROTO_STRIDE_MAX + 1];
#define NAME32 "abcdefghijklmnopqrstuvwxyz012345"

/* The first and last value of a range, and one beyond. */
static const struct {
    bool good;
    struct packet p;
} bounds[] = {
    {true, {PACKET_CATALOGUE_ASK, .catalogue_ask = {PROTO_VERSION, PROTO_CAMERAS_MAX - 1}}},
    {false, {PACKET_CATALOGUE_ASK, .catalogue_ask = {PROTO_VERSION, PROTO_CAMERAS_MAX}}},
    {false, {PACKET_CATALOGUE_ASK, .catalogue_ask = {PROTO_VERSION + 1, 0}}},

    {true, CATALOGUE(.total = 0)},
    {true, CATALOGUE(.total = 5, .first = 5)},
    {false, CATALOGUE(.total = 5, .first = 6)},
    {false, CATALOGUE(.total = 5, .first = 4)}, /* empty, though there is one more */
    {true, CATALOGUE(.total = PROTO_CAMERAS_MAX, .first = PROTO_CAMERAS_MAX)},
    {false, CATALOGUE(.total = PROTO_CAMERAS_MAX + 1, .first = PROTO_CAMERAS_MAX + 1)},
    {true, CATALOGUE(.total = 1, .n = 1, .camera = {{"a"}})},
    {false, CATALOGUE(.total = 1, .first = 1, .n = 1, .camera = {{"a"}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{""}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"A"}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a b"}})},
    {true, CATALOGUE(.total = 1, .n = 1, .camera = {{NAME32}})},
    {true, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", 1, PROTO_SIDE_MAX}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", 1, PROTO_SIDE_MAX + 1}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", PROTO_SIDE_MAX + 1, 1}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", 0, 1}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", 1, 0}})},
    {true, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", .state = CAMERA_OFFLINE}})},
    {false, CATALOGUE(.total = 1, .n = 1, .camera = {{"a", .state = CAMERA_OFFLINE + 1}})},
    {false, CATALOGUE(.total = 2, .n = 2, .camera = {{"a"}, {"?"}})},
    {true,
     CATALOGUE(.total = PACKET_CAMERAS, .n = PACKET_CAMERAS, .camera = PACKET_SAMPLE_CAMERAS)},
    {false, CATALOGUE(.total = PACKET_CAMERAS + 1, .n = PACKET_CAMERAS + 1)},

    {true, SUBSCRIBE(.camera = "")},
    {true, SUBSCRIBE(.camera = NAME32)},
    {false, SUBSCRIBE(.camera = "front door")},
    {true, SUBSCRIBE(.flags = SUBSCRIBE_REACH_BACK | SUBSCRIBE_PAUSE)},
    {false, SUBSCRIBE(.flags = 4)},
    {true, SUBSCRIBE(.width = PROTO_SIDE_MAX)},
    {false, SUBSCRIBE(.width = PROTO_SIDE_MAX + 1)},
    {true, SUBSCRIBE(.height = PROTO_SIDE_MAX)},
    {false, SUBSCRIBE(.height = PROTO_SIDE_MAX + 1)},
    {false, {.type = PACKET_SUBSCRIBE, .subscribe = {.version = PROTO_VERSION + 1}}},

    {true, STREAM(.camera = "a", .stride = PROTO_STRIDE_MIN)},
    {false, STREAM(.camera = "a", .stride = PROTO_STRIDE_MIN - 1)},
    {true, STREAM(.camera = "a", .stride = PROTO_STRIDE_MAX)},
    {false, STREAM(.camera = "a", .stride = PROTO_STRIDE_MAX + 1)},
    {false, STREAM(.camera = "", .stride = 1000)},
    {true, STREAM(.camera = "a", .stride = 1000, .tier = PROTO_TIERS - 1)},
    {false, STREAM(.camera = "a", .stride = 1000, .tier = PROTO_TIERS)},
    {true, STREAM(.camera = "a", .stride = 1000, .tier = 2, .tiers_down = 2)},
    {false, STREAM(.camera = "a", .stride = 1000, .tier = 2, .tiers_down = 3)},
    {false, STREAM(.camera = "a", .stride = 1000, .state = CAMERA_OFFLINE + 1)},
    {true, STREAM(.camera = "a", .stride = 1000, .width = 8, .height = 6)},
    {false, STREAM(.camera = "a", .stride = 1000, .width = 8)},
    {false, STREAM(.camera = "a", .stride = 1000, .height = 6)},
    {true, STREAM(.camera = "a", .stride = 1000, .full_width = 8, .full_height = PROTO_SIDE_MAX)},
    {false,
     STREAM(.camera = "a", .stride = 1000, .full_width = PROTO_SIDE_MAX + 1, .full_height = 6)},
    {false, STREAM(.camera = "a", .stride = 1000, .full_width = 8)},
    {false, STREAM(.camera = "a", .stride = 1000, .why = "bell\a")},
    {false, STREAM(.camera = "a", .stride = 1000, .why = "\xff")},

    {true, FRAGMENT(.count = 1, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 0, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .index = 1, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .frame_bytes = 0, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .frame_bytes = 1, .payload_len = 0)},
    {false, FRAGMENT(.count = 1, .frame_bytes = 1, .payload_len = 2)},
    {true, FRAGMENT(.count = PROTO_FRAGMENTS_MAX, .index = PROTO_FRAGMENTS_MAX - 1,
                    .frame_bytes = PROTO_FRAME_BYTES_MAX, .payload_len = 1)},
    {false, FRAGMENT(.count = PROTO_FRAGMENTS_MAX + 1, .frame_bytes = 9999, .payload_len = 1)},
    {false, FRAGMENT(.count = 9, .frame_bytes = PROTO_FRAME_BYTES_MAX + 1, .payload_len = 1)},
    {true, FRAGMENT(.count = 2, .frame_bytes = 9999, .payload_len = PROTO_STRIDE_MAX)},
    {false, FRAGMENT(.count = 2, .frame_bytes = 9999, .payload_len = PROTO_STRIDE_MAX + 1)},
    {true, FRAGMENT(.count = 1, .tier = PROTO_TIERS - 1, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .tier = PROTO_TIERS, .frame_bytes = 1, .payload_len = 1)},
    {true, FRAGMENT(.count = 1, .flags = 7, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .flags = 8, .frame_bytes = 1, .payload_len = 1)},

    {true, NACK(.first = 0, .bytes = 0)},
    {false, NACK(.first = 1, .bytes = 0)},
    {true, NACK(.first = 0, .bytes = PROTO_NACK_BITMAP_MAX)},
    {false, NACK(.first = 0, .bytes = PROTO_NACK_BITMAP_MAX + 1)},
    {true, NACK(.first = 7, .bytes = PROTO_NACK_BITMAP_MAX)},
    {false, NACK(.first = 8, .bytes = PROTO_NACK_BITMAP_MAX)},
    {true, NACK(.first = PROTO_FRAGMENTS_MAX - 1, .bytes = 1)},
    {false, NACK(.first = PROTO_FRAGMENTS_MAX, .bytes = 1)},
    {false, NACK(.first = UINT16_MAX, .bytes = 1)},
    {true, NACK(.tier = PROTO_TIERS - 1)},
    {false, NACK(.tier = PROTO_TIERS)},

    {true, FETCH(3, 3)},
    {false, FETCH(3, 2)},
    {true, FETCH(3, 3 + PROTO_FETCH_MAX - 1)},
    {false, FETCH(3, 3 + PROTO_FETCH_MAX)},
    {true, FETCH(UINT32_MAX, 0)},
    {false, FETCH(0, 0x80000000)},

    {true, GOODBYE(.reason = REASON_BAD_MESSAGE)},
    {false, GOODBYE(.reason = REASON_UNREACHABLE)},
    {false, GOODBYE(.reason = UINT8_MAX)},
    {false, GOODBYE(.text = "\x1b[2J")},
};

static void ranges_end_where_they_should(void **state)
{
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct packet back;
        uint8_t *bytes = malloc(16384);
        assert_non_null(bytes);
        size_t len = packet_encode(&bounds[i].p, bytes, 16384);
        if ((len > 0) != bounds[i].good)
            fail_msg("case %zu: %s %zu", i, packet_type_name(bounds[i].p.type), len);
        if (len > 0)
            assert_int_equal(packet_decode(bytes, len, &back), 0);
        free(bytes);
    }
}

static void strings_without_end_are_refused(void **state)
{
    struct packet stream = STREAM(.stride = 1000);
    struct packet bye = GOODBYE(.reason = 0);
    struct packet back;
    uint8_t buf[1024];
    memset(stream.stream.camera, 'a', sizeof stream.stream.camera);
    memset(bye.goodbye.text, 'a', sizeof bye.goodbye.text);
    assert_int_equal(packet_encode(&stream, buf, sizeof buf), 0);
    assert_int_equal(packet_encode(&bye, buf, sizeof buf), 0);
    stream.stream.camera[PROTO_NAME_MAX] = '\0';
    bye.goodbye.text[PROTO_TEXT_MAX] = '\0';
    assert_int_equal(packet_encode(&bye, buf, sizeof buf), 3 + PROTO_TEXT_MAX);
    memset(stream.stream.why, 'a', sizeof stream.stream.why);
    assert_int_equal(packet_encode(&stream, buf, sizeof buf), 0);
    stream.stream.why[PROTO_TEXT_MAX] = '\0';
    size_t len = packet_encode(&stream, buf, sizeof buf);
    assert_int_equal(len, 43 + 1 + PROTO_NAME_MAX + 1 + PROTO_TEXT_MAX);
    assert_int_equal(packet_decode(buf, len, &back), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_end_where_they_should),
        cmocka_unit_test(strings_without_end_are_refused),
    };
    return cmocka_run_group_tests_name("packet_range", tests, NULL, NULL);
}
