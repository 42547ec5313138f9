/* SPDX-License-Identifier: MIT */
/* The bytes of authorized_clients and of known_servers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_bad(void *ctx, unsigned line, const char *why)
{
    unsigned *last = ctx;
    if (line <= *last || !why[0])
        abort();
    *last = line;
}

static void clients(const char *text, size_t size)
{
    struct trust_clients c;
    unsigned last = 0;
    size_t n = 0;
    if (trust_clients_parse(text, size, &c, on_bad, &last) < 0)
        abort();
    for (const struct trust_client *at = c.first; at; at = at->next, n++) {
        if (trust_clients_find(&c, at->fingerprint) != at || !at->name[0])
            abort();
        if (trust_client_may_see(at, "no such camera") != !at->cameras)
            abort();
    }
    if (n != c.n)
        abort();
    trust_clients_free(&c);
}

static void servers(const char *text, size_t size)
{
    static const char key[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    struct trust_answer a;
    if (trust_servers_find(text, size, "host:1", key, &a) < 0)
        abort();
    if ((a.verdict == TRUST_NEW) != (a.line == 0))
        abort();
    if (a.verdict != TRUST_NEW && (a.verdict == TRUST_KNOWN) != (strcmp(a.remembered, key) == 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clients((const char *)data, size);
    servers((const char *)data, size);
    return 0;
}
