/* SPDX-License-Identifier: MIT */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* A UDP address, IPv4 or IPv6 (with scope); family 0 means none. A plain value. */
struct addr {
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
};
enum { ADDR_TEXT = 80 };

socklen_t addr_len(const struct addr *a);
bool addr_equal(const struct addr *a, const struct addr *b); /* host and port */
bool addr_same_host(const struct addr *a, const struct addr *b);
uint32_t addr_hash(const struct addr *a, uint32_t seed); /* host and port */
bool addr_is_loopback(const struct addr *a);
uint16_t addr_port(const struct addr *a);
char *addr_text(const struct addr *a, char buf[ADDR_TEXT]); /* "1.2.3.4:5" "[::1]:5" */

/* "ADDR[:PORT]" as for --listen: a literal or a name; the first address found. May block on DNS.
 * error, if not NULL, gets the resolver's text (static). 0, ERR_FORMAT or ERR_UNKNOWN. */
int addr_resolve(const char *text, uint16_t default_port, struct addr *out, const char **error);
/* Up to cap addresses of a host, in the resolver's order; returns how many or a negative code. */
int addr_resolve_all(const char *host, uint16_t port, struct addr *out, int cap,
                     const char **error);

/* Networks: "127.0.0.0/8", "fd00::/8", "10.1.2.3". A v4-mapped address matches as IPv4, so a
 * network is never written that way. 0 or ERR_FORMAT. */
struct addr_net {
    struct addr base;
    unsigned bits;
};
int addr_net_parse(const char *text, struct addr_net *out);
bool addr_net_has(const struct addr_net *net, const struct addr *a);

#endif
