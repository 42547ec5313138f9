/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/packet_samples.h"
#include "util/err.h"

/* Decodes out of memory of exactly that size, so that a sanitizer sees a read past the end. */
static int decode_copy(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    struct packet p;
    int r = packet_decode(copy, len, &p);
    free(copy);
    return r;
}

static void print(const struct packet *p, char *buf, size_t cap)
{
    FILE *f = fmemopen(buf, cap, "w");
    assert_non_null(f);
    packet_print(p, f);
    fclose(f);
}

static void every_message_comes_back(void **state)
{
    bool seen[PACKET_GOODBYE + 1] = {false};
    for (size_t i = 0; i < packet_samples_n; i++) {
        const struct packet *p = &packet_samples[i];
        uint8_t bytes[PACKET_SAMPLE_BYTES];
        size_t len = packet_encode(p, bytes, sizeof bytes);
        if (len == 0)
            fail_msg("sample %zu is not encoded", i);
        struct packet back;
        if (packet_decode(bytes, len, &back) != 0)
            fail_msg("sample %zu is not decoded", i);
        assert_int_equal(back.type, p->type);
        char before[4096], after[4096];
        print(p, before, sizeof before);
        print(&back, after, sizeof after);
        assert_string_equal(after, before);
        seen[p->type] = true;
    }
    for (unsigned type = 1; type <= PACKET_GOODBYE; type++)
        assert_true(seen[type]);
}

/* A fragment's payload may end anywhere behind its first byte; all else has one length. */
static bool may_be_cut(const struct packet *p, size_t len)
{
    return p->type == PACKET_FRAGMENT && len > PROTO_FRAGMENT_HEADER;
}

static void other_lengths_are_refused(void **state)
{
    for (size_t i = 0; i < packet_samples_n; i++) {
        const struct packet *p = &packet_samples[i];
        uint8_t bytes[PACKET_SAMPLE_BYTES] = {0};
        size_t len = packet_encode(p, bytes, sizeof bytes - 1);
        for (size_t cut = 0; cut < len; cut++)
            if (decode_copy(bytes, cut) != (may_be_cut(p, cut) ? 0 : ERR_FORMAT))
                fail_msg("sample %zu cut to %zu of %zu", i, cut, len);
        bool longer =
            p->type == PACKET_FRAGMENT && p->fragment.payload_len < p->fragment.frame_bytes;
        if (decode_copy(bytes, len + 1) != (longer ? 0 : ERR_FORMAT))
            fail_msg("sample %zu with a byte more", i);
    }
}

static void a_small_buffer_is_not_overrun(void **state)
{
    for (size_t i = 0; i < packet_samples_n; i++) {
        uint8_t bytes[PACKET_SAMPLE_BYTES];
        size_t len = packet_encode(&packet_samples[i], bytes, sizeof bytes);
        for (size_t cap = 0; cap < len; cap++) {
            uint8_t *exact = malloc(cap > 0 ? cap : 1);
            assert_non_null(exact);
            assert_int_equal(packet_encode(&packet_samples[i], exact, cap), 0);
            free(exact);
        }
    }
}

static void unknown_types_are_told_apart(void **state)
{
    for (unsigned type = 0; type < 256; type++) {
        const uint8_t bytes[2] = {(uint8_t)type, 1};
        bool known = type >= PACKET_CATALOGUE_ASK && type <= PACKET_GOODBYE;
        assert_int_equal(decode_copy(bytes, 2), known ? ERR_FORMAT : ERR_UNKNOWN);
    }
    assert_int_equal(decode_copy((const uint8_t *)"", 0), ERR_FORMAT);
    struct packet p = {.type = (enum packet_type)0};
    uint8_t buf[64];
    assert_int_equal(packet_encode(&p, buf, sizeof buf), 0);
    p.type = (enum packet_type)(PACKET_GOODBYE + 1);
    assert_int_equal(packet_encode(&p, buf, sizeof buf), 0);
}

static const uint8_t payload[PROTO_STRIDE_MAX + 1];
#define NAME32 "abcdefghijklmnopqrstuvwxyz012345"

#define FRAGMENT(...)                                                                              \
    {                                                                                              \
        .type = PACKET_FRAGMENT, .fragment = {.payload = payload, __VA_ARGS__ }                    \
    }
#define STREAM(...)                                                                                \
    {                                                                                              \
        .type = PACKET_STREAM, .stream = { __VA_ARGS__ }                                           \
    }
#define CATALOGUE(...)                                                                             \
    {                                                                                              \
        .type = PACKET_CATALOGUE, .catalogue = { __VA_ARGS__ }                                     \
    }
#define SUBSCRIBE(...)                                                                             \
    {                                                                                              \
        .type = PACKET_SUBSCRIBE, .subscribe = {.version = PROTO_VERSION, __VA_ARGS__ }            \
    }
#define NACK(...)                                                                                  \
    {                                                                                              \
        .type = PACKET_NACK, .nack = {.bitmap = payload, __VA_ARGS__ }                             \
    }
#define FETCH(a, b)                                                                                \
    {                                                                                              \
        .type = PACKET_FETCH, .fetch = {.from = (a), .to = (b) }                                   \
    }
#define GOODBYE(...)                                                                               \
    {                                                                                              \
        .type = PACKET_GOODBYE, .goodbye = { __VA_ARGS__ }                                         \
    }

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
    {true, CATALOGUE(.total = PACKET_CAMERAS, .n = PACKET_CAMERAS,
                     .camera = {{"a"},
                                {"b"},
                                {"c"},
                                {"d"},
                                {"e"},
                                {"f"},
                                {"g"},
                                {"h"},
                                {"i"},
                                {"j"},
                                {"k"},
                                {"l"},
                                {"m"},
                                {"n"},
                                {"o"},
                                {"p"}})},
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
    {false, STREAM(.camera = "a", .stride = 1000, .state = CAMERA_OFFLINE + 1)},
    {true, STREAM(.camera = "a", .stride = 1000, .width = 8, .height = 6, .full_width = 8,
                  .full_height = 6)},
    {false, STREAM(.camera = "a", .stride = 1000, .width = 9, .height = 6, .full_width = 8,
                   .full_height = 6)},
    {false, STREAM(.camera = "a", .stride = 1000, .width = 8, .height = 7, .full_width = 8,
                   .full_height = 6)},
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
    {true, FRAGMENT(.count = 1, .flags = 3, .frame_bytes = 1, .payload_len = 1)},
    {false, FRAGMENT(.count = 1, .flags = 4, .frame_bytes = 1, .payload_len = 1)},

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
        uint8_t *bytes = malloc(16384);
        assert_non_null(bytes);
        size_t len = packet_encode(&bounds[i].p, bytes, 16384);
        if ((len > 0) != bounds[i].good)
            fail_msg("case %zu: %s %zu", i, packet_type_name(bounds[i].p.type), len);
        if (len > 0)
            assert_int_equal(decode_copy(bytes, len), 0);
        free(bytes);
    }
}

static void strings_without_end_are_refused(void **state)
{
    struct packet stream = STREAM(.stride = 1000);
    struct packet bye = GOODBYE(.reason = 0);
    uint8_t buf[1024];
    memset(stream.stream.camera, 'a', sizeof stream.stream.camera);
    memset(bye.goodbye.text, 'a', sizeof bye.goodbye.text);
    assert_int_equal(packet_encode(&stream, buf, sizeof buf), 0);
    assert_int_equal(packet_encode(&bye, buf, sizeof buf), 0);
    stream.stream.camera[PROTO_NAME_MAX] = '\0';
    bye.goodbye.text[PROTO_TEXT_MAX] = '\0';
    assert_int_equal(packet_encode(&bye, buf, sizeof buf), 3 + PROTO_TEXT_MAX);
    memset(stream.stream.why, 'a', sizeof stream.stream.why - 1);
    size_t len = packet_encode(&stream, buf, sizeof buf);
    assert_in_range(len, 1, PACKET_SMALL_MAX);
    assert_int_equal(decode_copy(buf, len), 0);
}

/* A later version may give these bits a meaning that can be done without. */
static void unknown_flags_are_cleared(void **state)
{
    uint8_t bytes[PACKET_SMALL_MAX];
    const struct packet sent[] = {
        SUBSCRIBE(.flags = SUBSCRIBE_PAUSE),
        FRAGMENT(.count = 1, .frame_bytes = 1, .payload_len = 1, .flags = FRAGMENT_HISTORY)};
    struct packet p;
    size_t len = packet_encode(&sent[0], bytes, sizeof bytes);
    bytes[2] |= 0xfc;
    assert_int_equal(packet_decode(bytes, len, &p), 0);
    assert_int_equal(p.subscribe.flags, SUBSCRIBE_PAUSE);
    len = packet_encode(&sent[1], bytes, sizeof bytes);
    bytes[2] |= 0xfc;
    bytes[3] = 0xff; /* reserved */
    assert_int_equal(packet_decode(bytes, len, &p), 0);
    assert_int_equal(p.fragment.flags, FRAGMENT_HISTORY);
}

static void other_versions_are_told(void **state)
{
    static const uint8_t ask[] = {PACKET_CATALOGUE_ASK, 2};
    static const uint8_t subscribe[] = {PACKET_SUBSCRIBE, 0, 0xff, 0xff, 0xff};
    struct packet p;
    assert_int_equal(packet_decode(ask, sizeof ask, &p), 0);
    assert_int_equal(p.catalogue_ask.version, 2);
    assert_int_equal(p.catalogue_ask.first, 0);
    assert_int_equal(packet_decode(subscribe, sizeof subscribe, &p), 0);
    assert_int_equal(p.subscribe.version, 0);
    assert_int_equal(p.subscribe.flags, 0);
    assert_string_equal(p.subscribe.camera, "");
}

static void the_fragment_header_is_the_message(void **state)
{
    const struct packet p =
        FRAGMENT(.tier = 1, .flags = 2, .frame = 0x01020304, .index = 0x0506, .count = 0x0708,
                 .frame_bytes = 0x090a0b, .capture_us = 0x1112131415161718, .payload_len = 1);
    static const uint8_t expected[PROTO_FRAGMENT_HEADER] = {PACKET_FRAGMENT,
                                                            1,
                                                            2,
                                                            0,
                                                            1,
                                                            2,
                                                            3,
                                                            4,
                                                            5,
                                                            6,
                                                            7,
                                                            8,
                                                            0,
                                                            9,
                                                            10,
                                                            11,
                                                            0x11,
                                                            0x12,
                                                            0x13,
                                                            0x14,
                                                            0x15,
                                                            0x16,
                                                            0x17,
                                                            0x18};
    uint8_t header[PROTO_FRAGMENT_HEADER], bytes[64];
    packet_fragment_header(&p.fragment, header);
    assert_memory_equal(header, expected, sizeof expected);
    assert_int_equal(packet_encode(&p, bytes, sizeof bytes), sizeof expected + 1);
    assert_memory_equal(bytes, expected, sizeof expected);
}

/* Whatever is decoded is encoded to a message that decodes to the same. */
static void changed_bytes_stay_within_the_rules(void **state)
{
    uint32_t seed = 3;
    unsigned accepted = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[PACKET_SAMPLE_BYTES], again[PACKET_SAMPLE_BYTES];
        size_t len =
            packet_encode(&packet_samples[(size_t)round % packet_samples_n], bytes, sizeof bytes);
        for (int change = 0; change < 2; change++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[(seed >> 16) % len] = (uint8_t)(seed >> 8);
        }
        struct packet p, back;
        if (packet_decode(bytes, len, &p) != 0)
            continue;
        bool foreign = (p.type == PACKET_SUBSCRIBE && p.subscribe.version != PROTO_VERSION) ||
                       (p.type == PACKET_CATALOGUE_ASK && p.catalogue_ask.version != PROTO_VERSION);
        size_t n = packet_encode(&p, again, sizeof again);
        assert_int_equal(n, foreign ? 0 : len);
        if (foreign)
            continue;
        accepted++;
        assert_int_equal(packet_decode(again, n, &back), 0);
        char before[4096], after[4096];
        print(&p, before, sizeof before);
        print(&back, after, sizeof after);
        assert_string_equal(after, before);
    }
    assert_in_range(accepted, 1000, 20000);
}

static void every_reason_has_a_text(void **state)
{
    for (unsigned a = 0; a < REASON_COUNT; a++) {
        assert_true(strlen(packet_reason_text(a)) > 0);
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(packet_reason_text(a), packet_reason_text(b));
    }
    assert_string_equal(packet_reason_text(REASON_COUNT), "unknown reason");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_back),
        cmocka_unit_test(other_lengths_are_refused),
        cmocka_unit_test(a_small_buffer_is_not_overrun),
        cmocka_unit_test(unknown_types_are_told_apart),
        cmocka_unit_test(ranges_end_where_they_should),
        cmocka_unit_test(strings_without_end_are_refused),
        cmocka_unit_test(unknown_flags_are_cleared),
        cmocka_unit_test(other_versions_are_told),
        cmocka_unit_test(the_fragment_header_is_the_message),
        cmocka_unit_test(changed_bytes_stay_within_the_rules),
        cmocka_unit_test(every_reason_has_a_text),
    };
    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
