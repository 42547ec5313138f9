/* SPDX-License-Identifier: MIT */
#ifndef NET_KEYS_H
#define NET_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* An own ECDSA P-256 key in a PEM file of mode 0600, made when it is not there (its directory too,
 * 0700), and what GnuTLS needs to show it as a raw public key (RFC 7250). */
enum {
    KEYS_FINGERPRINT = 52
}; /* "SHA256:" + 43 characters of base64 without padding + NUL, rounded */

struct keys;

/* 0 or a negative code, with a sentence for people in error (cap bytes): unreadable, readable by
 * others, not a key. */
int keys_open(const char *path, struct keys **out, char *error, size_t cap);
void keys_free(struct keys *k);
const char *keys_fingerprint(const struct keys *k); /* "SHA256:…", owned by k */
void *keys_credentials(const struct keys *k); /* gnutls_certificate_credentials_t, for net/secure */

/* Fingerprint of a public key in DER (SubjectPublicKeyInfo). */
int keys_fingerprint_of(const uint8_t *spki, size_t len, char out[KEYS_FINGERPRINT]);

#endif
