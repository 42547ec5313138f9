/* SPDX-License-Identifier: MIT */
/* How a talk ends for the server: nobody is heard, the client is refused, one of them leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/server_rig.h"

static void test_silent_before_first_record(void **state)
{
    expect_wait(0);
    expect_wait(PROTO_QUIET_MS * 2); /* no ping either */
    assert_int_equal(deadline_ms(), PROTO_PAUSE_MS);
    assert_false(talk_server_media(&t));
    expect_wait(PROTO_LEASE_MS - 1);
    assert_int_equal(deadline_ms(), PROTO_LEASE_MS);
    assert_int_equal(next(PROTO_LEASE_MS), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_TIMED_OUT);
    assert_int_equal(next(PROTO_LEASE_MS + 1), TALK_SERVER_END);
}

static void test_refusal_waits_for_first_record(void **state)
{
    talk_server_end(&t, REASON_NOT_AUTHORIZED, "SHA256:abc is not known");
    talk_server_end(&t, REASON_STOPPING, "");
    expect_wait(100);
    assert_int_equal(deadline_ms(), PROTO_LEASE_MS);
    struct packet p = ping(1);
    hear(&p, 200);
    assert_int_equal(deadline_ms(), 0);
    expect_send(200, PACKET_GOODBYE);
    assert_int_equal(out.goodbye.reason, REASON_NOT_AUTHORIZED);
    assert_string_equal(out.goodbye.text, "SHA256:abc is not known");
    assert_int_equal(next(200), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_NOT_AUTHORIZED);
}

static void test_refusal_nobody_hears(void **state)
{
    talk_server_end(&t, REASON_FULL, "");
    expect_wait(PROTO_LEASE_MS - 1);
    assert_int_equal(next(PROTO_LEASE_MS), TALK_SERVER_END);
    assert_int_equal(t.reason, REASON_FULL);
}

static void test_unreachable_is_not_told(void **state)
{
    begin_stream(0);
    talk_server_end(&t, REASON_UNREACHABLE, "");
    assert_false(talk_server_media(&t));
    assert_int_equal(next(1), TALK_SERVER_END);
}

static void test_lease(void **state)
{
    static const struct {
        uint64_t ms;
        char event; /* r: REPORT, p: PING, s: SUBSCRIBE, g: garbage, ' ': nothing */
        bool media, ended;
    } cases[] = {
        {2999, ' ', true, false},   {3000, ' ', false, false}, /* pauses */
        {3100, 'p', false, false},                             /* a ping is no report */
        {3101, 'g', false, false},  {5000, 'r', true, false},  /* goes on */
        {7999, ' ', true, false},   {8000, ' ', false, false},
        {8001, 's', true, false}, /* renews it too */
        {11000, 'r', true, false},  {13999, ' ', true, false},
        {14000, ' ', false, false}, {20000, 'p', false, false},
        {20999, ' ', false, false}, {21000, ' ', false, true},
    };
    begin_stream(0);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct packet p = cases[i].event == 'r'   ? report(t.stream.change)
                          : cases[i].event == 's' ? subscribe(1)
                                                  : ping(1);
        if (cases[i].event == 'g')
            talk_server_on_message(&t, (const uint8_t *)"\x06rubbish", 8, BEGIN + cases[i].ms * MS);
        else if (cases[i].event != ' ')
            assert_int_equal(hear(&p, cases[i].ms), 0);
        int what;
        while ((what = next(cases[i].ms)) == TALK_SERVER_SEND && out.type != PACKET_GOODBYE)
            ;
        assert_int_equal(talk_server_media(&t), cases[i].media);
        assert_int_equal(what == TALK_SERVER_SEND, cases[i].ended); /* its GOODBYE */
    }
    assert_int_equal(out.goodbye.reason, REASON_TIMED_OUT);
    assert_int_equal(next(21000), TALK_SERVER_END);
}

/* The owner wakes when media pauses, though nothing is sent then. */
static void test_lease_deadlines(void **state)
{
    begin_stream(0);
    uint64_t last = 0;
    for (uint64_t ms = 0; ms <= PROTO_LEASE_MS; ms = deadline_ms()) {
        assert_true(ms == 0 || ms > last);
        last = ms;
        assert_int_equal(talk_server_media(&t), ms <= PROTO_PAUSE_MS);
        while (next(ms) == TALK_SERVER_SEND)
            ;
        if (ms == PROTO_LEASE_MS)
            break;
        assert_int_equal(talk_server_media(&t), ms < PROTO_PAUSE_MS);
    }
    assert_int_equal(last, PROTO_LEASE_MS);
    assert_true(t.ended);
}

/* Without a subscription any message renews the lease. */
static void test_catalogue_only(void **state)
{
    struct packet p = {.type = PACKET_CATALOGUE_ASK, .catalogue_ask = {PROTO_VERSION, 16}};
    hear(&p, 0);
    assert_int_equal(next(0), TALK_SERVER_CATALOGUE);
    assert_int_equal(t.ask.catalogue_ask.first, 16);
    expect_wait(0);
    assert_false(talk_server_media(&t));
    for (uint64_t ms = 900; ms < 3 * PROTO_LEASE_MS; ms += 900) {
        p = ping(1);
        hear(&p, ms);
        while (next(ms) == TALK_SERVER_SEND)
            ;
        assert_false(t.ending);
    }
}

static void test_goodbye_of_client(void **state)
{
    begin_stream(0);
    struct packet p = {.type = PACKET_GOODBYE, .goodbye = {.reason = REASON_KICKED, .text = "bye"}};
    hear(&p, 10);
    assert_false(talk_server_media(&t));
    assert_int_equal(next(10), TALK_SERVER_END); /* no goodbye back */
    assert_int_equal(t.reason, REASON_CLOSED);
    assert_string_equal(t.text, "bye");
    p = ping(1);
    hear(&p, 11);
    assert_int_equal(next(11), TALK_SERVER_END);
}

static void test_goodbye_of_server(void **state)
{
    begin_stream(0);
    talk_server_end(&t, REASON_STOPPING, "");
    assert_false(talk_server_media(&t));
    expect_send(5, PACKET_GOODBYE);
    assert_int_equal(out.goodbye.reason, REASON_STOPPING);
    assert_int_equal(next(5), TALK_SERVER_END);
}

static void test_version(void **state)
{
    struct packet asks[] = {
        subscribe(1),
        {.type = PACKET_CATALOGUE_ASK, .catalogue_ask = {.version = PROTO_VERSION}},
    };
    for (unsigned i = 0; i < 2; i++) {
        talk_server_init(&t, BEGIN);
        /* In the bytes, since the encoder knows its own version only. */
        uint8_t buf[PROTO_UDP_PAYLOAD];
        size_t len = packet_encode(&asks[i], buf, sizeof buf);
        assert_int_equal(buf[1], PROTO_VERSION);
        buf[1] = PROTO_VERSION + 1;
        assert_int_equal(talk_server_on_message(&t, buf, len, BEGIN), 0);
        expect_send(0, PACKET_GOODBYE);
        assert_int_equal(out.goodbye.reason, REASON_VERSION);
        assert_non_null(strstr(out.goodbye.text, "2"));
        assert_int_equal(next(0), TALK_SERVER_END);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_silent_before_first_record),
        TEST(test_refusal_waits_for_first_record),
        TEST(test_refusal_nobody_hears),
        TEST(test_unreachable_is_not_told),
        TEST(test_lease),
        TEST(test_lease_deadlines),
        TEST(test_catalogue_only),
        TEST(test_goodbye_of_client),
        TEST(test_goodbye_of_server),
        TEST(test_version),
    };
    return cmocka_run_group_tests_name("talk_server_end", tests, NULL, NULL);
}
