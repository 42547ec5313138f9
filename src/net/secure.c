/* SPDX-License-Identifier: MIT */
/* The owner feeds one datagram and asks: GnuTLS pulls that datagram, and is told that there is no
 * more (starved) when it comes back for another. What it pushes goes to the owner at once and
 * counts as sent, taken or not: a datagram that is not taken is a lost one, which both ends know to
 * mend. */
#include "net/secure.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

enum {
    HANDSHAKE_RETRY_MS = 200,
    HANDSHAKE_TOTAL_MS = 5000,
    HANDSHAKE_MOST_BYTES = 8192, /* a hello or raw key takes a few hundred */
    STEPS = 64,                  /* records looked at in one call, whatever a datagram holds */
    RECORD_HEADER = 13,
    TYPE_ALERT = 21,
    ALERT_BYTES = 2,
};

static const char priorities[] =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+SIGN-ECDSA-SHA256:+GROUP-X25519:"
    "+GROUP-SECP256R1:+COMP-NULL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK";

static gnutls_priority_t priority;

struct secure {
    gnutls_session_t session;
    secure_out_fn *out;
    void *ctx;
    const uint8_t *in; /* what is left of the datagram that was fed */
    size_t in_len;
    unsigned mtu;
    int dead; /* the code every call returns from now on */
    bool server, done;
    bool starved; /* GnuTLS asked for more than was fed */
    bool refused; /* out() did not take a datagram */
    bool alerted; /* an alert came that nothing vouches for */
    uint8_t alert;
    uint64_t dropped;
    char peer[KEYS_FINGERPRINT];
    char error[160];
    uint8_t joined[]; /* mtu bytes */
};

int secure_global_init(void)
{
    if (priority)
        return 0;
    if (gnutls_global_init() < 0 || gnutls_priority_init(&priority, priorities, NULL) < 0)
        return ERR_LIBRARY;
    return 0;
}

static ssize_t push(gnutls_transport_ptr_t ctx, const void *bytes, size_t len)
{
    struct secure *c = ctx;
    if (c->out(c->ctx, bytes, len) < 0)
        c->refused = true;
    return (ssize_t)len;
}

/* Nothing vouches for an alert of epoch 0: it would end the handshake of whoever can be spoofed, so
 * it is only a hint for a handshake that fails anyway. */
static bool acceptable(struct secure *c, enum secure_kind kind, size_t len)
{
    if (kind != SECURE_EPOCH0 || c->in[0] != TYPE_ALERT)
        return true;
    c->alerted = len == RECORD_HEADER + ALERT_BYTES;
    c->alert = c->alerted ? c->in[len - 1] : 0;
    return false;
}

/* The length of the next record that GnuTLS may see, 0 if there is none. */
static size_t next_record(struct secure *c)
{
    while (c->in_len > 0) {
        enum secure_kind kind = secure_peek(c->in, c->in_len);
        size_t len = c->in_len;
        if (kind != SECURE_FOREIGN)
            len = RECORD_HEADER + ((size_t)c->in[11] << 8 | c->in[12]);
        if (kind != SECURE_FOREIGN && acceptable(c, kind, len))
            return len;
        c->dropped++;
        c->in += len;
        c->in_len -= len;
    }
    return 0;
}

static ssize_t pull(gnutls_transport_ptr_t ctx, void *bytes, size_t cap)
{
    struct secure *c = ctx;
    size_t len = next_record(c);
    if (len == 0) {
        c->starved = true;
        gnutls_transport_set_errno(c->session, EAGAIN);
        return -1;
    }
    size_t n = len < cap ? len : cap;
    memcpy(bytes, c->in, n);
    c->in += len;
    c->in_len -= len;
    return (ssize_t)n;
}

static int pull_ready(gnutls_transport_ptr_t ctx, unsigned ms)
{
    struct secure *c = ctx;
    bool ready = next_record(c) > 0;
    c->starved = c->starved || !ready;
    return ready;
}

static int fail(struct secure *c, int code, const char *text)
{
    text_format(c->error, sizeof c->error, "%s", text);
    c->dead = code;
    return code;
}

static int open_session(struct secure *c, const struct keys *keys, const void *prestate)
{
    unsigned flags = GNUTLS_DATAGRAM | GNUTLS_NONBLOCK | GNUTLS_ENABLE_RAWPK | GNUTLS_NO_TICKETS;
    /* Every message to a client is idempotent or numbered, and the window of 64 records is 4 ms of
     * a stream at full pace: a client takes late records, a server none twice. */
    flags |= c->server ? GNUTLS_SERVER : GNUTLS_CLIENT | GNUTLS_NO_REPLAY_PROTECTION;
    gnutls_session_t s;
    if (gnutls_init(&s, flags) < 0)
        return -ENOMEM;
    c->session = s;
    if (gnutls_priority_set(s, priority) < 0 ||
        gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, keys_credentials(keys)) < 0)
        return ERR_LIBRARY;
    if (c->server)
        gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
    gnutls_transport_set_ptr(s, c);
    gnutls_transport_set_push_function(s, push);
    gnutls_transport_set_pull_function(s, pull);
    gnutls_transport_set_pull_timeout_function(s, pull_ready);
    gnutls_handshake_set_max_packet_length(s, HANDSHAKE_MOST_BYTES);
    gnutls_dtls_set_timeouts(s, HANDSHAKE_RETRY_MS, HANDSHAKE_TOTAL_MS);
    gnutls_dtls_set_mtu(s, c->mtu);
    if (prestate) {
        gnutls_dtls_prestate_st state;
        memcpy(&state, prestate, sizeof state);
        gnutls_dtls_prestate_set(s, &state);
    }
    return 0;
}

int secure_new(const struct secure_settings *s, const void *prestate, struct secure **out)
{
    struct secure *c = mem_zero(1, sizeof *c + s->mtu);
    if (!c)
        return -ENOMEM;
    c->out = s->out;
    c->ctx = s->ctx;
    c->mtu = s->mtu;
    c->server = s->server;
    int e = open_session(c, s->keys, prestate);
    if (e < 0) {
        secure_free(c);
        return e;
    }
    *out = c;
    return 0;
}

void secure_free(struct secure *c)
{
    if (!c)
        return;
    if (c->session)
        gnutls_deinit(c->session);
    mem_free(c);
}

void secure_feed(struct secure *c, const uint8_t *dgram, size_t len)
{
    c->dropped += c->in_len > 0;
    c->in = dgram;
    c->in_len = len;
}

static int fail_handshake(struct secure *c, int code)
{
    const char *said = NULL;
    if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
        said = gnutls_alert_get_name(gnutls_alert_get(c->session));
    else if (c->alerted)
        said = gnutls_alert_get_name((gnutls_alert_description_t)c->alert);
    else if (code != GNUTLS_E_TIMEDOUT)
        gnutls_alert_send_appropriate(c->session, code);
    fail(c, code == GNUTLS_E_TIMEDOUT ? -ETIMEDOUT : -ECONNABORTED, gnutls_strerror(code));
    if (said)
        text_format(c->error, sizeof c->error, _("the other end refused the handshake: %s"), said);
    return c->dead;
}

/* A raw key is sent as it is in DER: what its fingerprint is made of. */
static int learn_peer(struct secure *c)
{
    unsigned n = 0;
    const gnutls_datum_t *key = gnutls_certificate_get_peers(c->session, &n);
    if (!key || n != 1 ||
        gnutls_certificate_type_get2(c->session, GNUTLS_CTYPE_PEERS) != GNUTLS_CRT_RAWPK)
        return fail(c, ERR_DENIED, _("the other end showed no raw public key"));
    int e = keys_fingerprint_of(key->data, key->size, c->peer);
    return e < 0 ? fail(c, e, err_str(e)) : 0;
}

int secure_handshake(struct secure *c)
{
    if (c->dead || c->done)
        return c->dead;
    c->starved = false;
    int r = GNUTLS_E_AGAIN;
    for (int i = 0; i < STEPS && r < 0 && !gnutls_error_is_fatal(r) && !c->starved; i++)
        r = gnutls_handshake(c->session);
    if (r < 0 && !gnutls_error_is_fatal(r))
        return -EAGAIN;
    if (r < 0)
        return fail_handshake(c, r);
    c->done = true;
    return learn_peer(c);
}

unsigned secure_timeout_ms(const struct secure *c)
{
    return c->done || c->dead ? UINT_MAX : gnutls_dtls_get_timeout(c->session);
}

const char *secure_peer(const struct secure *c)
{
    return c->peer;
}

const char *secure_error_text(const struct secure *c)
{
    return c->error;
}

uint64_t secure_dropped(const struct secure *c)
{
    return c->dropped + gnutls_record_get_discarded(c->session);
}

/* The rest of a record that did not fit is not the beginning of the next one. */
static bool took_whole_record(struct secure *c)
{
    if (gnutls_record_check_pending(c->session) == 0)
        return true;
    while (gnutls_record_check_pending(c->session) > 0 &&
           gnutls_record_recv(c->session, c->joined, c->mtu) > 0)
        ;
    c->dropped++;
    return false;
}

/* One look for a record: its length, -EAGAIN (look again unless starved), or the end. It is not
 * gnutls_record_recv_packet() because that loses the memory of records that are no data. */
static int recv_once(struct secure *c, uint8_t *buf, size_t cap)
{
    ssize_t n = gnutls_record_recv(c->session, buf, cap);
    if (n > 0)
        return took_whole_record(c) ? (int)n : -EAGAIN;
    if (n == 0)
        return fail(c, ERR_CLOSED, _("closed by the other end"));
    if (n == GNUTLS_E_FATAL_ALERT_RECEIVED)
        return fail(c, -ECONNABORTED, gnutls_alert_get_name(gnutls_alert_get(c->session)));
    if (n == GNUTLS_E_REHANDSHAKE) /* keys are never changed: it is not answered */
        c->dropped++;
    if (gnutls_error_is_fatal((int)n) && n != GNUTLS_E_TIMEDOUT)
        return fail(c, -ECONNABORTED, gnutls_strerror((int)n));
    return -EAGAIN;
}

int secure_recv(struct secure *c, uint8_t *buf, size_t cap)
{
    if (c->dead)
        return c->dead;
    if (!c->done)
        return -EAGAIN;
    int n = -EAGAIN;
    c->starved = false;
    for (int i = 0; i < STEPS && n == -EAGAIN && !c->starved; i++)
        n = recv_once(c, buf, cap);
    return n;
}

size_t secure_payload_max(const struct secure *c)
{
    return gnutls_dtls_get_data_mtu(c->session);
}

int secure_send(struct secure *c, const uint8_t *bytes, size_t len)
{
    if (c->dead)
        return c->dead;
    if (!c->done)
        return -EAGAIN;
    c->refused = false;
    ssize_t n = gnutls_record_send(c->session, bytes, len);
    if (n == GNUTLS_E_LARGE_PACKET)
        return -EMSGSIZE;
    if (n < 0)
        return fail(c, -ECONNABORTED, gnutls_strerror((int)n));
    return c->refused ? -EAGAIN : 0;
}

int secure_send2(struct secure *c, const uint8_t *a, size_t alen, const uint8_t *b, size_t blen)
{
    if (alen > c->mtu || blen > c->mtu - alen)
        return -EMSGSIZE;
    memcpy(c->joined, a, alen);
    memcpy(c->joined + alen, b, blen);
    return secure_send(c, c->joined, alen + blen);
}

void secure_close(struct secure *c)
{
    if (c->done && !c->dead)
        gnutls_bye(c->session, GNUTLS_SHUT_WR);
}
