/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "unit/secure_rig.h"
#include "util/alloc.h"
#include "util/err.h"

enum { OVERHEAD = 37 };

struct forgery {
    const char *name;
    uint8_t bytes[64];
    size_t len;
};

static const struct forgery forgeries[] = {
    {"nothing", {0}, 0},
    {"one byte", {23}, 1},
    {"CONNECT", "CONNECT", 7},
    {"header without body", {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 0}, 13},
    {"length past the end", {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0xff, 0xff, 1}, 14},
    {"short data", {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 3, 1, 2, 3}, 16},
    {"data", {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 30}, 43},
    {"data far ahead", {23, 0xfe, 0xfd, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 30}, 43},
    {"alert", {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 26, 2, 40}, 39},
    {"plain fatal alert", {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40}, 15},
    {"plain close_notify", {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0}, 15},
    {"plain data", {23, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 2}, 15},
    {"change cipher", {20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 1, 1}, 14},
    {"handshake", {22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 30, 20}, 43},
    {"heartbeat", {24, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 30, 1}, 43},
    {"type 25", {25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 30, 1}, 43},
    {"next epoch", {23, 0xfe, 0xfd, 0, 2, 0, 0, 0, 0, 0, 1, 0, 30}, 43},
    {"other version", {23, 3, 3, 0, 1, 0, 0, 0, 0, 0, 99, 0, 30}, 43},
};

static void test_forged_records(void **state)
{
    uint8_t buf[PAIR_DGRAM];
    for (int end = 0; end < 2; end++)
        for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
            print_message("# %s\n", forgeries[i].name);
            uint64_t before = secure_dropped(p.end[end]);
            int n = give(end, forgeries[i].bytes, forgeries[i].len, buf, sizeof buf);
            assert_int_equal(n, -EAGAIN);
            assert_true(forgeries[i].len == 0 || secure_dropped(p.end[end]) > before);
            assert_alive();
        }
}

/* Every byte of a true record spoilt, one at a time; then the record itself still counts. */
static void test_spoilt_records(void **state)
{
    uint8_t buf[PAIR_DGRAM], spoilt[PAIR_DGRAM];
    for (int end = 0; end < 2; end++) {
        send_text(!end, "the true one");
        struct pair_dgram d = *pair_take(&p, end);
        for (size_t i = 0; i < d.len; i++) {
            memcpy(spoilt, d.bytes, d.len);
            spoilt[i] ^= 0x40;
            assert_int_equal(give(end, spoilt, d.len, buf, sizeof buf), -EAGAIN);
        }
        for (size_t len = 0; len < d.len; len++)
            assert_int_equal(give(end, d.bytes, len, buf, sizeof buf), -EAGAIN);
        assert_int_equal(give(end, d.bytes, d.len, buf, sizeof buf), 12);
        assert_alive();
    }
}

/* Whatever is wrong with one record, the next in the datagram counts. */
static void test_true_record_behind_a_forged_one(void **state)
{
    for (int end = 0; end < 2; end++)
        for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
            uint8_t both[PAIR_DGRAM], buf[PAIR_DGRAM];
            const struct forgery *f = &forgeries[i];
            if (secure_peek(f->bytes, f->len) == SECURE_FOREIGN)
                continue;
            print_message("# %s\n", f->name);
            send_text(!end, "true");
            struct pair_dgram *d = pair_take(&p, end);
            memcpy(both, f->bytes, f->len);
            memcpy(both + f->len, d->bytes, d->len);
            assert_int_equal(give(end, both, f->len + d->len, buf, sizeof buf), 4);
            assert_memory_equal(buf, "true", 4);
        }
}

static void test_several_records_in_a_datagram(void **state)
{
    uint8_t both[PAIR_DGRAM], buf[PAIR_DGRAM];
    size_t len = 0;
    for (int i = 0; i < 3; i++) {
        send_text(PAIR_SERVER, &"abc"[i]);
        struct pair_dgram *d = pair_take(&p, PAIR_CLIENT);
        memcpy(both + len, d->bytes, d->len);
        len += d->len;
    }
    assert_int_equal(give(PAIR_CLIENT, both, len, buf, sizeof buf), 3);
    assert_int_equal(secure_recv(p.end[PAIR_CLIENT], buf, sizeof buf), 2);
    assert_int_equal(secure_recv(p.end[PAIR_CLIENT], buf, sizeof buf), 1);
    assert_int_equal(buf[0], 'c');
    assert_int_equal(secure_recv(p.end[PAIR_CLIENT], buf, sizeof buf), -EAGAIN);
}

/* A server takes no record twice, nor one of 64 ago; a client's messages are numbered themselves.
 */
static void test_replayed_and_late_records(void **state)
{
    struct pair_dgram first[2];
    uint8_t buf[PAIR_DGRAM];
    for (int end = 0; end < 2; end++) {
        send_text(!end, "first");
        first[end] = *pair_take(&p, end);
        for (int i = 0; i < 70; i++) {
            send_text(!end, "later");
            assert_receives(end, "later");
        }
    }
    assert_int_equal(
        give(PAIR_SERVER, first[PAIR_SERVER].bytes, first[PAIR_SERVER].len, buf, sizeof buf),
        -EAGAIN);
    assert_int_equal(
        give(PAIR_CLIENT, first[PAIR_CLIENT].bytes, first[PAIR_CLIENT].len, buf, sizeof buf), 5);
    send_text(PAIR_CLIENT, "once");
    struct pair_dgram once = *pair_take(&p, PAIR_SERVER);
    assert_int_equal(give(PAIR_SERVER, once.bytes, once.len, buf, sizeof buf), 4);
    assert_int_equal(give(PAIR_SERVER, once.bytes, once.len, buf, sizeof buf), -EAGAIN);
    assert_alive();
}

static void test_sizes(void **state)
{
    static uint8_t message[PAIR_DGRAM];
    uint8_t buf[PAIR_DGRAM];
    size_t most = secure_payload_max(p.end[PAIR_CLIENT]);
    assert_int_equal(most, p.mtu - OVERHEAD);
    memset(message, 7, sizeof message);
    assert_int_equal(secure_send(p.end[PAIR_CLIENT], message, most + 1), -EMSGSIZE);
    assert_int_equal(secure_send2(p.end[PAIR_CLIENT], message, 24, message, most - 23), -EMSGSIZE);
    assert_int_equal(secure_send2(p.end[PAIR_CLIENT], message, SIZE_MAX, message, 2), -EMSGSIZE);
    assert_null(pair_take(&p, PAIR_SERVER));
    message[24] = 9;
    assert_int_equal(secure_send2(p.end[PAIR_CLIENT], message, 24, message + 24, most - 24), 0);
    struct pair_dgram d = *pair_take(&p, PAIR_SERVER);
    assert_int_equal(d.len, p.mtu);
    assert_int_equal(give(PAIR_SERVER, d.bytes, d.len, buf, sizeof buf), most);
    assert_memory_equal(buf, message, most);
    /* a record longer than the reader's buffer is dropped whole */
    assert_int_equal(secure_send(p.end[PAIR_CLIENT], message, 100), 0);
    d = *pair_take(&p, PAIR_SERVER);
    assert_int_equal(give(PAIR_SERVER, d.bytes, d.len, buf, 99), -EAGAIN);
    assert_int_equal(secure_recv(p.end[PAIR_SERVER], buf, sizeof buf), -EAGAIN);
    assert_alive();
}

static void test_full_link(void **state)
{
    p.to[PAIR_SERVER].full = true;
    assert_int_equal(secure_send(p.end[PAIR_CLIENT], (const uint8_t *)"x", 1), -EAGAIN);
    p.to[PAIR_SERVER].full = false;
    assert_alive(); /* the one that was not taken is not sent late */
}

static void test_datagram_fed_over_another(void **state)
{
    uint8_t buf[PAIR_DGRAM];
    send_text(PAIR_CLIENT, "one");
    send_text(PAIR_CLIENT, "three");
    struct pair_dgram one = *pair_take(&p, PAIR_SERVER), two = *pair_take(&p, PAIR_SERVER);
    secure_feed(p.end[PAIR_SERVER], one.bytes, one.len);
    assert_int_equal(give(PAIR_SERVER, two.bytes, two.len, buf, sizeof buf), 5);
    assert_int_equal(secure_dropped(p.end[PAIR_SERVER]), 1);
}

static void test_close(void **state)
{
    for (int from = 0; from < 2; from++) {
        uint8_t buf[PAIR_DGRAM];
        assert_int_equal(pair_init(&p), 0);
        assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
        send_text(from, "goodbye");
        secure_close(p.end[from]);
        assert_receives(!from, "goodbye");
        struct pair_dgram *d = pair_take(&p, !from);
        assert_non_null(d);
        assert_int_equal(give(!from, d->bytes, d->len, buf, sizeof buf), ERR_CLOSED);
        assert_int_equal(secure_recv(p.end[!from], buf, sizeof buf), ERR_CLOSED);
        assert_int_equal(secure_send(p.end[!from], buf, 1), ERR_CLOSED);
        assert_string_not_equal(secure_error_text(p.end[!from]), "");
        pair_fini(&p);
    }
}

static void test_close_before_the_handshake(void **state)
{
    secure_close(p.end[PAIR_CLIENT]);
    assert_null(pair_take(&p, PAIR_SERVER));
}

/* An own key that is another one next time shows as another fingerprint. */
static void test_changed_key(void **state)
{
    struct pair other;
    assert_int_equal(pair_init(&other), 0);
    assert_int_equal(pair_handshake(&other, HANDSHAKE_MS), 0);
    assert_string_not_equal(secure_peer(other.end[PAIR_CLIENT]), secure_peer(p.end[PAIR_CLIENT]));
    pair_fini(&other);
}

static void test_no_memory(void **state)
{
    struct secure_settings s = {.keys = p.keys[0], .mtu = 1200, .out = pair_out, .ctx = &p.to[1]};
    struct secure *c;
    mem_fail_at(1);
    assert_int_equal(secure_new(&s, NULL, &c), -ENOMEM);
    mem_fail_at(0);
}

static void test_peek(void **state)
{
    static const struct {
        uint8_t bytes[32];
        size_t len;
        enum secure_kind kind;
    } cases[] = {
        {{0}, 0, SECURE_FOREIGN},
        {"CONNECT", 7, SECURE_FOREIGN},
        {{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1}, 25, SECURE_HELLO},
        {{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1}, 25, SECURE_HELLO},
        {{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 2}, 25, SECURE_EPOCH0},
        {{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 1}, 25, SECURE_EPOCH0},
        {{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1}, 24, SECURE_FOREIGN},
        {{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 12, 1}, 25, SECURE_RECORD},
        {{22, 0xfe, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1}, 25, SECURE_FOREIGN},
        {{19, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 13, SECURE_FOREIGN},
        {{20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 13, SECURE_EPOCH0},
        {{23, 0xfe, 0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 13, SECURE_RECORD},
        {{23, 0xfe, 0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, SECURE_FOREIGN},
        {{25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 13, SECURE_RECORD},
        {{26, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 13, SECURE_FOREIGN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("# case %zu\n", i);
        assert_int_equal(secure_peek(cases[i].bytes, cases[i].len), cases[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DONE(test_forged_records),
        DONE(test_spoilt_records),
        DONE(test_true_record_behind_a_forged_one),
        DONE(test_several_records_in_a_datagram),
        DONE(test_replayed_and_late_records),
        DONE(test_sizes),
        DONE(test_full_link),
        DONE(test_datagram_fed_over_another),
        cmocka_unit_test(test_close),
        FRESH(test_close_before_the_handshake),
        DONE(test_changed_key),
        FRESH(test_no_memory),
        cmocka_unit_test(test_peek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
