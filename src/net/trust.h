/* SPDX-License-Identifier: MIT */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "net/keys.h"

/* The two trust files, as in SSH. Both parsers take bytes, so that they can be fuzzed. */

/* authorized_clients: "SHA256:… NAME [cameras=a,b]" a line, # comments. */
struct trust_client {
    char fingerprint[KEYS_FINGERPRINT];
    char name[65];
    char *cameras; /* "a,b", owned; NULL: all */
    struct trust_client *next;
};
struct trust_clients {
    struct trust_client *first;
    size_t n;
};
/* Bad lines are left out and reported (line number, text) through on_bad, which may be NULL. */
typedef void trust_bad_fn(void *ctx, unsigned line, const char *why);
int trust_clients_parse(const char *text, size_t len, struct trust_clients *out,
                        trust_bad_fn *on_bad, void *ctx);
/* A missing file is an empty list. */
int trust_clients_load(const char *path, struct trust_clients *out, trust_bad_fn *on_bad,
                       void *ctx);
void trust_clients_free(struct trust_clients *c);
const struct trust_client *trust_clients_find(const struct trust_clients *c,
                                              const char *fingerprint);
bool trust_client_may_see(const struct trust_client *c, const char *camera);

/* known_servers: "HOST:PORT SHA256:…" a line. */
enum trust_verdict { TRUST_KNOWN, TRUST_NEW, TRUST_CHANGED };
struct trust_answer {
    enum trust_verdict verdict;
    unsigned line; /* where the remembered key stands, for CHANGED */
    char remembered[KEYS_FINGERPRINT];
};
int trust_server_check(const char *path, const char *host_port, const char *fingerprint,
                       struct trust_answer *out);
/* Parses without a file; for fuzzing and for trust_server_check. */
int trust_servers_find(const char *text, size_t len, const char *host_port, const char *fingerprint,
                       struct trust_answer *out);
/* Appends (O_APPEND, locked, 0600); does nothing if it is known meanwhile; ERR_CHANGED if another
 * key was written meanwhile. */
int trust_server_remember(const char *path, const char *host_port, const char *fingerprint);

#endif
