/* SPDX-License-Identifier: MIT */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "net/link.h"

/* The real link. Server sockets: bound, IPV6_V6ONLY, IP_PKTINFO, IP_RECVERR, IP_PMTUDISC_DONT
 * unless df, 4 MB buffers asked for and read back, UDP_SEGMENT with sendmmsg and sendto as run-time
 * fallbacks, UDP_GRO where wanted. */
struct udp_settings {
    bool df; /* set the don't-fragment bit */
    bool gro;
    bool plain_segments; /* tests: never UDP_SEGMENT */
    int buffer_bytes;    /* 0: 4 MB */
};

struct udp_grant { /* what the kernel gave for the buffers */
    int receive_bytes, send_bytes;
};

/* Bound to addr; port 0 takes any. -errno. */
int udp_listen(const struct addr *addr, const struct udp_settings *s, struct link **out,
               struct udp_grant *grant);
/* From a fresh port, connected to peer (so ICMP comes back as an error of ours). */
int udp_connect(const struct addr *peer, const struct udp_settings *s, struct link **out,
                struct udp_grant *grant);
void udp_close(struct link *l); /* same as l->ops->close(l) */

#endif
