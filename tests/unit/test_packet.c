/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/packet_samples.h"
#include "unit/packet_make.h"
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

static const uint8_t payload[1];

/* A later version may give these bits a meaning that can be done without. */
static void unknown_flags_are_cleared(void **state)
{
    uint8_t bytes[PACKET_SAMPLE_BYTES];
    const struct packet sent[] = {
        SUBSCRIBE(.flags = SUBSCRIBE_PAUSE),
        FRAGMENT(.count = 1, .frame_bytes = 1, .payload_len = 1, .flags = FRAGMENT_HISTORY)};
    struct packet p;
    size_t len = packet_encode(&sent[0], bytes, sizeof bytes);
    bytes[2] |= 0xfc;
    assert_int_equal(packet_decode(bytes, len, &p), 0);
    assert_int_equal(p.subscribe.flags, SUBSCRIBE_PAUSE);
    len = packet_encode(&sent[1], bytes, sizeof bytes);
    bytes[2] |= 0xf8;
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
        cmocka_unit_test(unknown_flags_are_cleared),
        cmocka_unit_test(other_versions_are_told),
        cmocka_unit_test(the_fragment_header_is_the_message),
        cmocka_unit_test(changed_bytes_stay_within_the_rules),
        cmocka_unit_test(every_reason_has_a_text),
    };
    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
