/* SPDX-License-Identifier: MIT */
/* Life of a native client: the listener has checked its cookie and started this thread. Handshake;
 * judgement by fingerprint; then records in, records out, until either side says goodbye, the lease
 * ends, ICMP is not contradicted, or the server stops. Refusals too wait for the client's first
 * record, so that a lost last flight of the handshake is repaired first. */
#include "server/session.h"

#include <errno.h>
#include <string.h>

#include "proto/limits.h"
#include "server/clients.h"
#include "server/groups.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define HANDSHAKE_NS (10 * NS_PER_S)
#define PROBE_NS     NS_PER_S

enum { PLAIN_MAX = 2048 };

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Datagrams go to the handshake until it is done. 0 when done, -EAGAIN, or the end of it. */
static int handshake_step(struct session *s)
{
    uint8_t dgram[INBOX_DGRAM_MAX];
    size_t len = inbox_take_dgram(&s->client->inbox, dgram, sizeof dgram);
    if (len > 0)
        secure_feed(s->secure, dgram, len);
    int rc = secure_handshake(s->secure);
    return rc == -EAGAIN && len > 0 ? 1 : rc;
}

static int handshake(struct session *s)
{
    uint64_t end_ns = mono_ns() + HANDSHAKE_NS;
    for (;;) {
        int rc = handshake_step(s);
        if (rc == 0)
            return 0;
        if (rc < 0 && rc != -EAGAIN) {
            log_debug("handshake failed: %s", secure_error_text(s->secure));
            return rc;
        }
        uint64_t now_ns = mono_ns();
        if (now_ns >= end_ns)
            return -ETIMEDOUT;
        if (rc == -EAGAIN)
            inbox_wait(&s->client->inbox, false,
                       earlier(end_ns, now_ns + secure_timeout_ms(s->secure) * NS_PER_MS));
        if (inbox_take_words(&s->client->inbox) & INBOX_END)
            return ERR_CLOSED;
    }
}

static void refuse(struct session *s, enum packet_reason reason, const char *text)
{
    talk_server_end(&s->talk, reason, text);
}

static void judge(struct session *s)
{
    struct client *c = s->client;
    text_copy(c->fingerprint, sizeof c->fingerprint, secure_peer(s->secure));
    admission_judge(c->service->admission, c->fingerprint, &s->verdict);
    s->log = (struct clientlog){&c->peer, s->verdict.name, c->fingerprint};
    clients_establish(c->service->clients, c);
    if (!s->verdict.admitted) {
        clientlog_not_authorized(&s->log);
        char text[PROTO_TEXT_MAX + 1];
        text_format(text, sizeof text,
                    _("not authorized; on the server add to authorized_clients: %s NAME"),
                    c->fingerprint);
        refuse(s, REASON_NOT_AUTHORIZED, text);
    } else if (c->refuse >= 0) {
        clientlog_refused(&s->log, packet_reason_text((unsigned)c->refuse));
        refuse(s, (enum packet_reason)c->refuse, "");
    }
}

/* The list of clients changed: who is no longer on it goes. */
static void judge_again(struct session *s)
{
    struct admission *a = s->client->service->admission;
    const char *fp = s->client->fingerprint;
    struct admission_verdict v;
    admission_judge(a, fp, &v);
    if (!v.admitted || (s->camera && !admission_may_see(a, fp, camera_name(s->camera))))
        talk_server_end(&s->talk, REASON_KICKED, _("no longer authorized"));
}

static void probe(struct session *s, uint64_t now_ns)
{
    if (s->probe_deadline_ns != 0)
        return;
    s->probe_deadline_ns = now_ns + PROBE_NS;
    const struct packet ping = {.type = PACKET_PING, .ping = {.sent_us = now_ns / NS_PER_US}};
    if (s->talk.first_heard)
        session_send(s, &ping, now_ns);
}

static void take_words(struct session *s, uint64_t now_ns)
{
    unsigned words = inbox_take_words(&s->client->inbox);
    if (words & INBOX_END)
        talk_server_end(&s->talk, (enum packet_reason)s->client->inbox.reason, "");
    if (words & INBOX_JUDGE)
        judge_again(s);
    if (words & INBOX_FACTS)
        session_facts(s);
    if (words & INBOX_ICMP)
        probe(s, now_ns);
}

static void closed_by_client(struct session *s)
{
    if (!s->talk.ending)
        s->talk.reason = REASON_CLOSED;
    s->ended = true;
}

/* All records of all datagrams that are there. */
static void take_records(struct session *s)
{
    uint8_t dgram[INBOX_DGRAM_MAX], plain[PLAIN_MAX];
    size_t len;
    while (!s->ended && (len = inbox_take_dgram(&s->client->inbox, dgram, sizeof dgram)) > 0) {
        int n = -EAGAIN;
        secure_feed(s->secure, dgram, len);
        while (!s->ended && (n = secure_recv(s->secure, plain, sizeof plain)) >= 0) {
            uint64_t now_ns = mono_ns();
            s->probe_deadline_ns = 0;
            talk_server_on_message(&s->talk, plain, (size_t)n, now_ns);
            session_adapt(s, now_ns);
            session_drive(s, now_ns);
        }
        if (!s->ended && n != -EAGAIN)
            closed_by_client(s);
    }
}

static uint64_t next_deadline(const struct session *s)
{
    uint64_t at = earlier(talk_server_deadline(&s->talk), session_media_deadline(s));
    return s->probe_deadline_ns ? earlier(at, s->probe_deadline_ns) : at;
}

static void converse(struct session *s)
{
    talk_server_init(&s->talk, mono_ns());
    judge(s);
    while (!s->ended) {
        uint64_t now_ns = mono_ns();
        take_words(s, now_ns);
        take_records(s);
        now_ns = mono_ns();
        if (s->probe_deadline_ns && now_ns >= s->probe_deadline_ns) {
            s->talk.reason = REASON_UNREACHABLE;
            break;
        }
        session_drive(s, now_ns);
        if (s->ended)
            break;
        session_media(s, now_ns);
        inbox_wait(&s->client->inbox, talk_server_media(&s->talk) && !s->frame, next_deadline(s));
    }
}

static void finish(struct session *s)
{
    const struct packet_report *r = &s->talk.report;
    const char *camera = s->camera ? camera_name(s->camera) : NULL;
    session_leave_camera(s);
    secure_close(s->secure);
    if (camera) {
        s->totals.dropped = inbox_frames_dropped(&s->client->inbox);
        s->totals.packets = r->received;
        s->totals.lost = r->expected - r->received;
        s->totals.repaired = r->repaired;
        s->totals.reported = r->expected != 0;
        clientlog_left(&s->log, camera, s->talk.reason, &s->totals, mono_ns());
    }
}

static int session_init(struct session *s, struct client *c)
{
    memset(s, 0, sizeof *s);
    s->client = c;
    s->budget.bytes = REPEAT_FIRST;
    ratectl_init(&s->rate);
    s->watcher.inbox = &c->inbox;
    s->group_cap = c->service->groups->bytes;
    const struct secure_settings settings = {
        .keys = c->service->keys,
        .server = true,
        .mtu = c->service->mtu,
        .out = session_out,
        .ctx = s,
    };
    return secure_new(&settings, c->prestate, &s->secure);
}

void client_run_native(void *client)
{
    struct client *c = client;
    struct session *s = mem_alloc(sizeof *s);
    if (s && session_init(s, c) == 0 && handshake(s) == 0) {
        converse(s);
        finish(s);
    }
    if (s) {
        secure_free(s->secure);
        mem_free(s);
    }
    client_done(c);
}
