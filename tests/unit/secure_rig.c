/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "unit/secure_rig.h"

struct pair p;

int rig_setup(void **state)
{
    return pair_init(&p);
}

int rig_setup_done(void **state)
{
    int e = pair_init(&p);
    return e == 0 ? pair_handshake(&p, HANDSHAKE_MS) : e;
}

int rig_teardown(void **state)
{
    pair_fini(&p);
    return 0;
}

int give(int end, const uint8_t *bytes, size_t len, uint8_t *buf, size_t cap)
{
    secure_feed(p.end[end], bytes, len);
    return secure_recv(p.end[end], buf, cap);
}

void send_text(int from, const char *text)
{
    assert_int_equal(secure_send(p.end[from], (const uint8_t *)text, strlen(text)), 0);
}

void assert_receives(int end, const char *text)
{
    uint8_t buf[PAIR_DGRAM];
    struct pair_dgram *d = pair_take(&p, end);
    assert_non_null(d);
    assert_int_equal(give(end, d->bytes, d->len, buf, sizeof buf), strlen(text));
    assert_memory_equal(buf, text, strlen(text));
    assert_int_equal(secure_recv(p.end[end], buf, sizeof buf), -EAGAIN);
}

void assert_alive(void)
{
    send_text(PAIR_CLIENT, "subscribe");
    assert_receives(PAIR_SERVER, "subscribe");
    send_text(PAIR_SERVER, "stream");
    assert_receives(PAIR_CLIENT, "stream");
}
