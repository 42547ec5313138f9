/* SPDX-License-Identifier: MIT */
/* Whose keys a receiver takes, and a server that does not take the receiver's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/receiver_rig.h"
#include "util/text.h"

static char *known_text(void)
{
    static char text[1024];
    FILE *f = fopen(known, "r");

    text[0] = '\0';
    if (!f)
        return text;
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void write_known(uint16_t port, const char *fingerprint)
{
    FILE *f = fopen(known, "w");

    assert_non_null(f);
    fprintf(f, "# a comment\n127.0.0.1:%u %s\n", port, fingerprint);
    fclose(f);
}

static void test_unknown_key_is_refused(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_KNOWN);

    wait_for_state(RECEIVER_REFUSED);
    assert_non_null(strstr(heard.status.why, known));
    assert_non_null(strstr(heard.status.why, keys_fingerprint(server_keys)));
    receiver_stop(r, NULL);
    wait_for_count(f, fake_server_sessions, 1);
    assert_int_equal(fake_server_messages(f), 0);
    assert_int_equal(heard.frames, 0);
    assert_string_equal(known_text(), "");
    fake_server_stop(f);
}

static void test_first_key_is_remembered(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    char line[128];

    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_frames(1);
    receiver_stop(r, NULL);
    text_format(line, sizeof(line), "127.0.0.1:%u %s\n", fake_server_port(f),
                keys_fingerprint(server_keys));
    assert_string_equal(known_text(), line);
    r = begin(fake_server_port(f), RECEIVER_TRUST_KNOWN);
    wait_for_frames(1);
    receiver_stop(r, NULL);
    assert_string_equal(known_text(), line);
    fake_server_stop(f);
}

/* Whatever was asked for, a changed key is refused, and the people are told where the old one is.
 */
static void test_changed_key_is_refused(void **state)
{
    static const enum receiver_trust trusts[] = {RECEIVER_TRUST_ASK, RECEIVER_TRUST_FIRST,
                                                 RECEIVER_TRUST_KNOWN};
    struct fake_server *f = fake_server_start(server_keys, 0);
    char where[160];

    write_known(fake_server_port(f), keys_fingerprint(other_keys));
    text_format(where, sizeof(where), "%s line 2", known);
    for (size_t i = 0; i < 3; i++) {
        struct receiver *r = begin(fake_server_port(f), trusts[i]);
        wait_for_state(RECEIVER_REFUSED);
        assert_non_null(strstr(heard.status.why, "CHANGED"));
        assert_non_null(strstr(heard.status.why, where));
        assert_int_equal(heard.status.changed_line, 2);
        assert_string_equal(heard.status.remembered, keys_fingerprint(other_keys));
        assert_false(heard.status.asking);
        receiver_stop(r, NULL);
    }
    assert_int_equal(fake_server_messages(f), 0);
    fake_server_stop(f);
}

static void test_asking(void **state)
{
    static const struct {
        enum receiver_answer answer;
        bool live, remembered;
    } cases[] = {
        {RECEIVER_NO, false, false}, {RECEIVER_ONCE, true, false}, {RECEIVER_ALWAYS, true, true}};

    for (size_t i = 0; i < 3; i++) {
        struct fake_server *f = fake_server_start(server_keys, 0);
        struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_ASK);
        wait_for_state(RECEIVER_REFUSED);
        assert_true(heard.status.asking);
        assert_string_equal(heard.status.server, keys_fingerprint(server_keys));
        assert_int_equal(fake_server_messages(f), 0);
        receiver_accept(r, cases[i].answer);
        if (cases[i].live) {
            wait_for_frames(1);
        } else {
            uint64_t deadline = mono_ns() + LONG_NS;
            struct receiver_status s = {.asking = true};
            while (s.asking && mono_ns() < deadline)
                receiver_snapshot(r, &s);
            assert_int_equal(s.state, RECEIVER_REFUSED);
        }
        receiver_stop(r, NULL);
        assert_int_equal(known_text()[0] != '\0', cases[i].remembered);
        fake_server_stop(f);
    }
}

static void test_not_authorized(void **state)
{
    struct fake_orders o = {.refuse = true};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct receiver_status s;

    fake_server_order(f, &o);
    struct receiver *r = begin(fake_server_port(f), RECEIVER_TRUST_FIRST);
    wait_for_state(RECEIVER_REFUSED);
    assert_non_null(strstr(heard.status.why, keys_fingerprint(client_keys)));
    receiver_snapshot(r, &s);
    assert_true(s.next_try_ns > mono_ns() + 10 * NS_PER_S); /* of 15 s */
    o.refuse = false;
    fake_server_order(f, &o);
    receiver_reconnect(r);
    wait_for_frames(1);
    receiver_stop(r, NULL);
    fake_server_stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_unknown_key_is_refused, forget),
        cmocka_unit_test_setup(test_first_key_is_remembered, forget),
        cmocka_unit_test_setup(test_changed_key_is_refused, forget),
        cmocka_unit_test_setup(test_asking, forget),
        cmocka_unit_test_setup(test_not_authorized, forget),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
