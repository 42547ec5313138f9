/* SPDX-License-Identifier: MIT */
#ifndef TESTS_NET_UDP_H
#define TESTS_NET_UDP_H

#include "net/udp.h"

/* UDP links of tests, on loopback. A call that fails ends the test. */
enum { WAIT_MS = 10000, SLOTS = 8, SLOT = 65536 };

extern const struct udp_settings udp_offloaded, udp_plain;

struct addr udp_address(const char *text);
struct link *udp_open(const char *text, const struct udp_settings *s); /* "127.0.0.1:0" */
struct link *udp_open_to(const struct link *l, const struct udp_settings *s);
bool udp_have_ipv6(void);

/* Waits until a datagram is there; the number received, 0 after the deadline. */
int udp_receive(struct link *l, struct link_batch *b, int wait_ms);
void udp_send_text(struct link *l, const struct addr *local, const struct addr *peer,
                   const char *text);

#endif
