/* SPDX-License-Identifier: MIT */
#ifndef NET_SECURE_H
#define NET_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/keys.h"

/* A DTLS 1.2 channel with raw public keys over datagrams that its owner moves. One thread at a
 * time. Priorities: ECDHE-ECDSA, X25519 and P-256 groups, AES-128-GCM, no session tickets. */
struct secure;

/* Takes one outgoing datagram (a DTLS record or flight piece); 0 or -EAGAIN, which loses it as the
 * network might: handshakes repeat theirs, secure_send() passes -EAGAIN on and the caller may send
 * the message again. Called from inside secure_* functions. */
typedef int secure_out_fn(void *ctx, const uint8_t *dgram, size_t len);

struct secure_settings {
    const struct keys *keys; /* borrowed for the channel's life */
    bool server;
    unsigned mtu; /* UDP payload */
    secure_out_fn *out;
    void *ctx;
};

int secure_global_init(void); /* once, before any thread */

/* A channel. Servers pass the cookie's proof from secure_cookie_check(), which also says where the
 * handshake's sequence numbers go on; clients pass NULL. */
int secure_new(const struct secure_settings *s, const void *prestate, struct secure **out);
void secure_free(struct secure *c);

/* Gives one received datagram to the next calls of handshake and recv; borrowed until one of them
 * returns -EAGAIN or another is fed. */
void secure_feed(struct secure *c, const uint8_t *dgram, size_t len);

/* Drives the handshake as far as it goes. 0 when done, -EAGAIN (call again with a datagram, or at
 * secure_timeout_ms()), or a negative code; secure_error_text() says more. The peer's key is not
 * judged here: look at secure_peer() when done and before anything is sent. */
int secure_handshake(struct secure *c);
unsigned
secure_timeout_ms(const struct secure *c); /* until the next retransmission; done: UINT_MAX */
const char *
secure_peer(const struct secure *c); /* fingerprint; "" before the end of the handshake */

/* The plain text of one record. Its length, -EAGAIN (no more), ERR_CLOSED (authenticated
 * close_notify), or a negative code for a dead channel. Forged or replayed records, and those
 * longer than cap, are dropped silently and counted; so are requests for a new handshake. Call it
 * until -EAGAIN before the next datagram is fed, since one may hold several records. */
int secure_recv(struct secure *c, uint8_t *buf, size_t cap);
/* One record; -EMSGSIZE if it is longer than secure_payload_max(). */
int secure_send(struct secure *c, const uint8_t *bytes, size_t len);
size_t secure_payload_max(const struct secure *c); /* after the handshake: mtu less 37 */
/* One record from two pieces without joining them at the caller's. */
int secure_send2(struct secure *c, const uint8_t *a, size_t alen, const uint8_t *b, size_t blen);
void secure_close(struct secure *c); /* close_notify */
uint64_t secure_dropped(const struct secure *c);
const char *secure_error_text(const struct secure *c);

/* The stateless cookie of the listener: secret renewed every 60 s, two kept. */
enum { SECURE_PRESTATE_BYTES = 64 };
struct secure_cookies {
    uint8_t key[2][32];
    unsigned key_len[2];
    uint64_t renewed_ns;
};
int secure_cookies_init(struct secure_cookies *c, uint64_t now_ns);
/* A datagram from an address that has no handshake: 1 = it carries a right cookie (prestate, of
 * SECURE_PRESTATE_BYTES, is for secure_new; then feed it this datagram), 0 = a hello without one
 * and the answer (never larger than the question) went to out, or a negative code: not a
 * ClientHello, drop it. who: the peer's address bytes. Free of allocations that outlive it. */
int secure_cookie_check(struct secure_cookies *c, uint64_t now_ns, const void *who, size_t who_len,
                        const uint8_t *dgram, size_t len, void *prestate, secure_out_fn *out,
                        void *ctx);

/* What the first bytes of a datagram say, without any state. */
enum secure_kind { SECURE_FOREIGN, SECURE_HELLO, SECURE_EPOCH0, SECURE_RECORD };
enum secure_kind secure_peek(const uint8_t *dgram, size_t len);
/* The client random of an unfragmented ClientHello, 32 bytes borrowed from dgram, or NULL. */
const uint8_t *secure_hello_random(const uint8_t *dgram, size_t len);

#endif
