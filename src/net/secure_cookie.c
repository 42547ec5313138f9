/* SPDX-License-Identifier: MIT */
/* The stateless part of a handshake: nothing is kept of an address before it has shown that it
 * gets our answers (RFC 6347, 4.2.1). */
#include "net/secure.h"

#include <errno.h>
#include <string.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "util/err.h"
#include "util/mono.h"

#define RENEW_NS (60 * NS_PER_S)

enum { ANSWER_BYTES = 256 };

_Static_assert(sizeof(gnutls_dtls_prestate_st) <= SECURE_PRESTATE_BYTES, "room for the prestate");
_Static_assert(GNUTLS_COOKIE_KEY_SIZE <= sizeof((struct secure_cookies *)0)->key[0],
               "room for a key");

static int new_key(struct secure_cookies *c)
{
    gnutls_datum_t key;
    if (gnutls_key_generate(&key, GNUTLS_COOKIE_KEY_SIZE) < 0)
        return ERR_LIBRARY;
    memcpy(c->key[0], key.data, key.size);
    c->key_len[0] = key.size;
    gnutls_memset(key.data, 0, key.size);
    gnutls_free(key.data);
    return 0;
}

int secure_cookies_init(struct secure_cookies *c, uint64_t now_ns)
{
    memset(c, 0, sizeof *c);
    c->renewed_ns = now_ns;
    return new_key(c);
}

/* After a long silence both secrets are old, and neither stays. */
static int renew(struct secure_cookies *c, uint64_t now_ns)
{
    uint64_t age_ns = now_ns - c->renewed_ns;
    if (age_ns < RENEW_NS)
        return 0;
    if (age_ns < 2 * RENEW_NS) {
        memcpy(c->key[1], c->key[0], sizeof c->key[1]);
        c->key_len[1] = c->key_len[0];
    } else {
        c->key_len[1] = 0;
    }
    c->renewed_ns = now_ns;
    return new_key(c);
}

static bool verify(struct secure_cookies *c, const void *who, size_t who_len, const uint8_t *dgram,
                   size_t len, gnutls_dtls_prestate_st *state)
{
    for (int i = 0; i < 2; i++) {
        gnutls_datum_t key = {c->key[i], c->key_len[i]};
        if (key.size == 0)
            continue;
        memset(state, 0, sizeof *state);
        if (gnutls_dtls_cookie_verify(&key, (void *)who, who_len, (void *)dgram, len, state) == 0)
            return true;
    }
    return false;
}

struct answer {
    uint8_t bytes[ANSWER_BYTES];
    size_t len;
};

static ssize_t take_answer(gnutls_transport_ptr_t ctx, const void *bytes, size_t len)
{
    struct answer *a = ctx;
    if (len <= sizeof a->bytes) {
        memcpy(a->bytes, bytes, len);
        a->len = len;
    }
    return (ssize_t)len;
}

int secure_cookie_check(struct secure_cookies *c, uint64_t now_ns, const void *who, size_t who_len,
                        const uint8_t *dgram, size_t len, void *prestate, secure_out_fn *out,
                        void *ctx)
{
    gnutls_dtls_prestate_st state = {0};
    struct answer answer = {.len = 0};
    if (!secure_hello_random(dgram, len))
        return ERR_FORMAT;
    int e = renew(c, now_ns);
    if (e < 0)
        return e;
    if (verify(c, who, who_len, dgram, len, &state)) {
        memcpy(prestate, &state, sizeof state);
        return 1;
    }
    gnutls_datum_t key = {c->key[0], c->key_len[0]};
    if (gnutls_dtls_cookie_send(&key, (void *)who, who_len, &state, &answer, take_answer) < 0)
        return ERR_LIBRARY;
    if (answer.len == 0 || answer.len > len)
        return ERR_FORMAT;
    return out(ctx, answer.bytes, answer.len);
}
