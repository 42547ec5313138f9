/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/parse.h"

enum { HOST_MAX = 256 };

socklen_t addr_len(const struct addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return sizeof a->in;
    case AF_INET6:
        return sizeof a->in6;
    default:
        return 0;
    }
}

uint16_t addr_port(const struct addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return ntohs(a->in.sin_port);
    case AF_INET6:
        return ntohs(a->in6.sin6_port);
    default:
        return 0;
    }
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
    if (a->sa.sa_family != b->sa.sa_family)
        return false;
    if (a->sa.sa_family == AF_INET)
        return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    if (a->sa.sa_family == AF_INET6)
        return a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
               memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof a->in6.sin6_addr) == 0;
    return true;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
    return addr_same_host(a, b) && addr_port(a) == addr_port(b);
}

/* FNV-1a over 32-bit words, finished so that low bits are good enough for a table's index. */
static uint32_t mix(uint32_t h, uint32_t word)
{
    h = (h ^ word) * UINT32_C(16777619);
    return h ^ (h >> 15);
}

uint32_t addr_hash(const struct addr *a, uint32_t seed)
{
    uint32_t h = mix(UINT32_C(2166136261), seed);
    uint32_t words[4] = {0};
    if (a->sa.sa_family == AF_INET)
        words[0] = a->in.sin_addr.s_addr;
    else if (a->sa.sa_family == AF_INET6)
        memcpy(words, &a->in6.sin6_addr, sizeof words);
    for (int i = 0; i < 4; i++)
        h = mix(h, words[i]);
    return mix(h, (uint32_t)a->sa.sa_family << 16 | addr_port(a));
}

/* The IPv4 address inside a v4-mapped one; others come back as they are. */
static struct addr unmapped(const struct addr *a)
{
    struct addr v4 = *a;
    if (a->sa.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
        return v4;
    memset(&v4, 0, sizeof v4);
    v4.in.sin_family = AF_INET;
    v4.in.sin_port = a->in6.sin6_port;
    memcpy(&v4.in.sin_addr, a->in6.sin6_addr.s6_addr + 12, sizeof v4.in.sin_addr);
    return v4;
}

bool addr_is_loopback(const struct addr *a)
{
    struct addr u = unmapped(a);
    if (u.sa.sa_family == AF_INET)
        return ntohl(u.in.sin_addr.s_addr) >> 24 == 127;
    return u.sa.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&u.in6.sin6_addr);
}

char *addr_text(const struct addr *a, char buf[ADDR_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (a->sa.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a->in.sin_addr, host, sizeof host);
        snprintf(buf, ADDR_TEXT, "%s:%u", host, addr_port(a));
    } else if (a->sa.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof host);
        char scope[16] = "";
        if (a->in6.sin6_scope_id)
            snprintf(scope, sizeof scope, "%%%u", a->in6.sin6_scope_id);
        snprintf(buf, ADDR_TEXT, "[%s%s]:%u", host, scope, addr_port(a));
    } else {
        snprintf(buf, ADDR_TEXT, "-");
    }
    return buf;
}

int addr_resolve_all(const char *host, uint16_t port, struct addr *out, int cap, const char **error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP};
    struct addrinfo *list = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    hints.ai_flags = AI_NUMERICSERV;
    int e = getaddrinfo(host, service, &hints, &list);
    if (e) {
        if (error)
            *error = gai_strerror(e);
        return ERR_UNKNOWN;
    }
    int n = 0;
    for (const struct addrinfo *i = list; i && n < cap; i = i->ai_next) {
        if (i->ai_addrlen > sizeof *out || (i->ai_family != AF_INET && i->ai_family != AF_INET6))
            continue;
        memset(&out[n], 0, sizeof out[n]);
        memcpy(&out[n++], i->ai_addr, i->ai_addrlen);
    }
    freeaddrinfo(list);
    if (n == 0 && error)
        *error = gai_strerror(EAI_NONAME);
    return n ? n : ERR_UNKNOWN;
}

int addr_resolve(const char *text, uint16_t default_port, struct addr *out, const char **error)
{
    char host[HOST_MAX];
    uint16_t port;
    if (parse_host_port(text, default_port, host, sizeof host, &port) < 0) {
        if (error)
            *error = "not ADDRESS[:PORT]";
        return ERR_FORMAT;
    }
    int n = addr_resolve_all(host, port, out, 1, error);
    return n < 0 ? n : 0;
}

static int parse_bits(const char *text, unsigned most, unsigned *out)
{
    int64_t bits;
    if (parse_int(text, 0, most, &bits) < 0)
        return ERR_FORMAT;
    *out = (unsigned)bits;
    return 0;
}

int addr_net_parse(const char *text, struct addr_net *out)
{
    char host[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    if (len >= sizeof host)
        return ERR_FORMAT;
    memcpy(host, text, len);
    host[len] = 0;

    struct addr_net net = {.bits = 0};
    if (inet_pton(AF_INET, host, &net.base.in.sin_addr) == 1) {
        net.base.in.sin_family = AF_INET;
        net.bits = 32;
    } else if (inet_pton(AF_INET6, host, &net.base.in6.sin6_addr) == 1 &&
               !IN6_IS_ADDR_V4MAPPED(&net.base.in6.sin6_addr)) {
        net.base.in6.sin6_family = AF_INET6;
        net.bits = 128;
    } else {
        return ERR_FORMAT;
    }
    if (slash && parse_bits(slash + 1, net.bits, &net.bits) < 0)
        return ERR_FORMAT;
    *out = net;
    return 0;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

bool addr_net_has(const struct addr_net *net, const struct addr *a)
{
    struct addr u = unmapped(a);
    if (net->base.sa.sa_family != u.sa.sa_family)
        return false;
    if (u.sa.sa_family == AF_INET)
        return same_prefix((const uint8_t *)&net->base.in.sin_addr, (const uint8_t *)&u.in.sin_addr,
                           net->bits);
    return same_prefix(net->base.in6.sin6_addr.s6_addr, u.in6.sin6_addr.s6_addr, net->bits);
}
