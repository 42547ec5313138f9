/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "unit/net_pair.h"
#include "util/err.h"

enum { HANDSHAKE_MS = 20000 };

static struct pair p;

static int setup(void **state)
{
    return pair_init(&p);
}

static int setup_done(void **state)
{
    int e = pair_init(&p);
    return e == 0 ? pair_handshake(&p, HANDSHAKE_MS) : e;
}

static int teardown(void **state)
{
    pair_fini(&p);
    return 0;
}

/* Takes the oldest datagram to an end and reads what its first record says. */
static int receive(int end, uint8_t *buf, size_t cap)
{
    struct pair_dgram *d = pair_take(&p, end);
    assert_non_null(d);
    secure_feed(p.end[end], d->bytes, d->len);
    return secure_recv(p.end[end], buf, cap);
}

static void assert_hears(int from, const char *text)
{
    uint8_t buf[PAIR_DGRAM];
    assert_int_equal(secure_send(p.end[from], (const uint8_t *)text, strlen(text)), 0);
    assert_int_equal(receive(!from, buf, sizeof buf), strlen(text));
    assert_memory_equal(buf, text, strlen(text));
}

static void test_handshake_shows_both_keys(void **state)
{
    assert_string_equal(secure_peer(p.end[0]), "");
    assert_int_equal(pair_handshake(&p, HANDSHAKE_MS), 0);
    assert_string_equal(secure_peer(p.end[PAIR_CLIENT]), keys_fingerprint(p.keys[PAIR_SERVER]));
    assert_string_equal(secure_peer(p.end[PAIR_SERVER]), keys_fingerprint(p.keys[PAIR_CLIENT]));
    assert_int_equal(secure_timeout_ms(p.end[PAIR_CLIENT]), UINT_MAX);
    assert_hears(PAIR_CLIENT, "subscribe");
    assert_hears(PAIR_SERVER, "stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_handshake_shows_both_keys, setup, teardown),
    };
    (void)setup_done;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
