/* SPDX-License-Identifier: MIT */
/* The channel against ends that are not ours: GnuTLS used directly, with other settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "unit/net_pair.h"
#include "util/err.h"

enum { ROUNDS = 100, FOREIGN_FLAGS = GNUTLS_DATAGRAM | GNUTLS_NONBLOCK | GNUTLS_ENABLE_RAWPK };

static const char ours[] = "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+SIGN-ECDSA-SHA256:"
                           "+GROUP-X25519:+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK";

static struct pair p; /* its queues and keys; one of its ends is replaced */
static gnutls_session_t foreign;
static int foreign_end;

static ssize_t push(gnutls_transport_ptr_t ctx, const void *bytes, size_t len)
{
    pair_out(&p.to[!foreign_end], bytes, len);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t ctx, void *bytes, size_t cap)
{
    struct pair_dgram *d = pair_take(&p, foreign_end);
    if (!d) {
        gnutls_transport_set_errno(foreign, EAGAIN);
        return -1;
    }
    memcpy(bytes, d->bytes, d->len < cap ? d->len : cap);
    return (ssize_t)d->len;
}

static int pull_ready(gnutls_transport_ptr_t ctx, unsigned ms)
{
    return p.to[foreign_end].head != p.to[foreign_end].tail;
}

static void open_foreign(int end, const char *priorities, gnutls_certificate_credentials_t keys)
{
    assert_int_equal(pair_init(&p), 0);
    foreign_end = end;
    unsigned role = end == PAIR_CLIENT ? GNUTLS_CLIENT : GNUTLS_SERVER;
    assert_int_equal(gnutls_init(&foreign, role | FOREIGN_FLAGS), 0);
    assert_int_equal(gnutls_priority_set_direct(foreign, priorities, NULL), 0);
    gnutls_credentials_set(foreign, GNUTLS_CRD_CERTIFICATE,
                           keys ? keys : keys_credentials(p.keys[end]));
    if (end == PAIR_SERVER)
        gnutls_certificate_server_set_request(foreign, GNUTLS_CERT_REQUIRE);
    gnutls_transport_set_push_function(foreign, push);
    gnutls_transport_set_pull_function(foreign, pull);
    gnutls_transport_set_pull_timeout_function(foreign, pull_ready);
    gnutls_dtls_set_mtu(foreign, 1200);
}

static void close_foreign(void)
{
    gnutls_deinit(foreign);
    pair_fini(&p);
}

/* Both ends by turns; what our own end says at last. */
static int shake_hands(int *theirs)
{
    int own = !foreign_end, e = -EAGAIN;
    *theirs = GNUTLS_E_AGAIN;
    for (int i = 0; i < ROUNDS; i++) {
        struct pair_dgram *d;
        if (*theirs < 0 && !gnutls_error_is_fatal(*theirs))
            *theirs = gnutls_handshake(foreign);
        if (p.end[own] && e == -EAGAIN)
            e = secure_handshake(p.end[own]);
        while ((d = pair_take(&p, own)) && (e == -EAGAIN || e == 0))
            e = pair_give(&p, own, d->bytes, d->len);
    }
    return e;
}

static void assert_both_talk(void)
{
    int own = !foreign_end;
    uint8_t buf[PAIR_DGRAM];
    assert_int_equal(gnutls_record_send(foreign, "hello", 5), 5);
    struct pair_dgram *d = pair_take(&p, own);
    secure_feed(p.end[own], d->bytes, d->len);
    assert_int_equal(secure_recv(p.end[own], buf, sizeof buf), 5);
    assert_int_equal(secure_send(p.end[own], (const uint8_t *)"welcome", 7), 0);
    assert_int_equal(gnutls_record_recv(foreign, buf, sizeof buf), 7);
}

static void test_same_settings_agree(void **state)
{
    for (int end = 0; end < 2; end++) {
        int theirs;
        open_foreign(end, ours, NULL);
        assert_int_equal(shake_hands(&theirs), 0);
        assert_int_equal(theirs, 0);
        assert_string_equal(secure_peer(p.end[!end]), keys_fingerprint(p.keys[end]));
        assert_both_talk();
        close_foreign();
    }
}

/* A new handshake inside the channel is not answered, and does not disturb it. */
static void test_no_renegotiation(void **state)
{
    for (int end = 0; end < 2; end++) {
        int theirs;
        uint8_t buf[PAIR_DGRAM];
        open_foreign(end, ours, NULL);
        assert_int_equal(shake_hands(&theirs), 0);
        uint64_t before = secure_dropped(p.end[!end]);
        if (end == PAIR_CLIENT)
            gnutls_handshake(foreign);
        else
            gnutls_rehandshake(foreign);
        struct pair_dgram *d = pair_take(&p, !end);
        assert_non_null(d);
        for (int i = 0; i < 3; i++) { /* the server drops the others as replays */
            secure_feed(p.end[!end], d->bytes, d->len);
            assert_int_equal(secure_recv(p.end[!end], buf, sizeof buf), -EAGAIN);
            assert_null(pair_take(&p, end));
        }
        assert_true(secure_dropped(p.end[!end]) > before);
        /* the client does not wait for an answer for ever, and a server may still speak */
        assert_int_equal(secure_send(p.end[!end], (const uint8_t *)"still", 5), 0);
        if (end == PAIR_SERVER) {
            assert_int_equal(gnutls_record_recv(foreign, buf, sizeof buf), 5);
            assert_both_talk();
        }
        close_foreign();
    }
}

/* No certificate, other ciphers, another version: refused with a text, never accepted. */
static void test_other_settings_are_refused(void **state)
{
    static const char *const priorities[] = {
        "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-256-CBC:+SHA384:+SIGN-ECDSA-SHA256:+GROUP-X25519:"
        "+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK",
        "NONE:+VERS-DTLS1.0:+ECDHE-ECDSA:+AES-128-CBC:+SHA1:+SIGN-ALL:+GROUP-X25519:"
        "+GROUP-SECP256R1:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK",
        "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+SIGN-ECDSA-SHA256:+GROUP-X25519:"
        "+GROUP-SECP256R1:+CTYPE-CLI-X509:+CTYPE-SRV-X509",
    };
    for (size_t i = 0; i < sizeof priorities / sizeof *priorities; i++) {
        int theirs;
        print_message("# case %zu\n", i);
        open_foreign(PAIR_CLIENT, priorities[i], NULL);
        assert_int_equal(shake_hands(&theirs), -ECONNABORTED);
        assert_true(theirs < 0);
        assert_string_not_equal(secure_error_text(p.end[PAIR_SERVER]), "");
        assert_string_equal(secure_peer(p.end[PAIR_SERVER]), "");
        close_foreign();
    }
}

static void test_client_without_a_key(void **state)
{
    gnutls_certificate_credentials_t none;
    int theirs;
    gnutls_certificate_allocate_credentials(&none);
    open_foreign(PAIR_CLIENT, ours, none);
    assert_int_equal(shake_hands(&theirs), -ECONNABORTED);
    assert_string_equal(secure_peer(p.end[PAIR_SERVER]), "");
    close_foreign();
    gnutls_certificate_free_credentials(none);
}

/* The alert by which a server refuses is a hint only, so the client goes on until its time is
 * over; then it says what the alert said. */
static void test_client_keeps_the_hint(void **state)
{
    int theirs;
    open_foreign(PAIR_SERVER,
                 "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-256-CBC:+SHA384:"
                 "+SIGN-ECDSA-SHA256:+GROUP-X25519:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK",
                 NULL);
    for (int i = 0; i < 3; i++) {
        struct pair_dgram *d;
        secure_handshake(p.end[PAIR_CLIENT]);
        theirs = gnutls_handshake(foreign);
        if (gnutls_error_is_fatal(theirs))
            gnutls_alert_send_appropriate(foreign, theirs);
        while ((d = pair_take(&p, PAIR_CLIENT)))
            assert_int_equal(pair_give(&p, PAIR_CLIENT, d->bytes, d->len), -EAGAIN);
    }
    assert_true(gnutls_error_is_fatal(theirs));
    assert_true(secure_dropped(p.end[PAIR_CLIENT]) > 0);
    close_foreign();
}

static int global(void **state)
{
    return secure_global_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_settings_agree),
        cmocka_unit_test(test_no_renegotiation),
        cmocka_unit_test(test_other_settings_are_refused),
        cmocka_unit_test(test_client_without_a_key),
        cmocka_unit_test(test_client_keeps_the_hint),
    };
    return cmocka_run_group_tests(tests, global, NULL);
}
