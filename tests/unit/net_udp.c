/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <string.h>

#include "unit/net_udp.h"
#include "util/mono.h"

const struct udp_settings udp_offloaded = {.gro = true};
const struct udp_settings udp_plain = {.plain_segments = true};

struct addr udp_address(const char *text)
{
    struct addr a;
    assert_int_equal(addr_resolve(text, 0, &a, NULL), 0);
    return a;
}

struct link *udp_open(const char *text, const struct udp_settings *s)
{
    struct addr a = udp_address(text);
    struct link *l = NULL;
    assert_int_equal(udp_listen(&a, s, &l, NULL), 0);
    return l;
}

struct link *udp_open_to(const struct link *l, const struct udp_settings *s)
{
    struct link *c = NULL;
    assert_int_equal(udp_connect(&l->bound, s, &c, NULL), 0);
    return c;
}

int udp_receive(struct link *l, struct link_batch *b, int wait_ms)
{
    uint64_t end_ns = mono_ns() + (uint64_t)wait_ms * NS_PER_MS;
    for (;;) {
        int n = l->ops->recv(l, b);
        uint64_t now_ns = mono_ns();
        if (n != 0 || now_ns >= end_ns)
            return n;
        struct pollfd fd = {l->fd, POLLIN, 0};
        poll(&fd, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1);
    }
}

void udp_send_text(struct link *l, const struct addr *local, const struct addr *peer,
                   const char *text)
{
    size_t done, len = strlen(text);
    assert_int_equal(l->ops->send(l, local, peer, (const uint8_t *)text, len, 0, &done), 0);
    assert_int_equal(done, len);
}

bool udp_have_ipv6(void)
{
    struct addr a = udp_address("[::1]:0");
    struct link *l;
    if (udp_listen(&a, &udp_plain, &l, NULL) < 0)
        return false;
    udp_close(l);
    return true;
}
