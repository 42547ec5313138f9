/* SPDX-License-Identifier: MIT */
#include "proto/talk_server.h"

#include <string.h>

#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

/* The conversation: nothing is said before the client's first record. A SUBSCRIBE goes to the
 * owner once a serial; its STREAM is repeated until a REPORT acknowledges it. The lease is renewed
 * by SUBSCRIBE and REPORT, for a client without subscription by any message; late by
 * PROTO_PAUSE_MS it pauses media, late by PROTO_LEASE_MS it ends the session. Every answer is one
 * flag or one slot, so a flood of questions gets no more answers than there were questions. */

static const uint64_t PAUSE_NS = PROTO_PAUSE_MS * NS_PER_MS;
static const uint64_t LEASE_NS = PROTO_LEASE_MS * NS_PER_MS;
static const uint64_t QUIET_NS = PROTO_QUIET_MS * NS_PER_MS;
static const uint64_t STREAM_AGAIN_NS = 250 * NS_PER_MS;
static const uint64_t PING_NS = 2 * NS_PER_S; /* also between media, for the round trip */
static const uint64_t RTT_MAX_US = 60 * 1000 * 1000;

void talk_server_init(struct talk_server *t, uint64_t now_ns)
{
    memset(t, 0, sizeof *t);
    t->begun_ns = t->lease_ns = t->said_ns = t->ping_ns = now_ns;
}

void talk_server_end(struct talk_server *t, enum packet_reason reason, const char *text)
{
    if (t->ending)
        return;
    t->ending = true;
    t->goodbye_due = reason < REASON_UNREACHABLE; /* nobody would hear it */
    t->reason = (uint8_t)reason;
    text_copy(t->text, sizeof t->text, text ? text : "");
}

void talk_server_said(struct talk_server *t, uint64_t now_ns)
{
    t->said_ns = now_ns;
}

bool talk_server_media(const struct talk_server *t)
{
    return t->subscribed && !t->paused && !t->ending && !(t->subscribe.flags & SUBSCRIBE_PAUSE);
}

void talk_server_stream(struct talk_server *t, const struct packet_stream *s)
{
    if (!t->asked)
        return;
    uint16_t change = (uint16_t)(t->stream.change + 1);
    t->stream = *s;
    t->stream.serial = t->subscribe.serial;
    t->stream.change = change ? change : 1; /* 0 in a REPORT: none seen */
    t->subscribed = t->stream_due = true;
    t->stream_ns = 0;
}

static void renew_lease(struct talk_server *t, uint64_t now_ns)
{
    t->lease_ns = now_ns;
    t->paused = false;
}

static bool version_ok(struct talk_server *t, uint8_t version)
{
    if (version == PROTO_VERSION)
        return true;
    char text[PROTO_TEXT_MAX + 1];
    text_format(text, sizeof text, _("server speaks protocol version %d, client version %u"),
                PROTO_VERSION, version);
    talk_server_end(t, REASON_VERSION, text);
    return false;
}

static int bad(struct talk_server *t)
{
    t->bad++;
    return ERR_FORMAT;
}

/* One request at a time; the client asks again for what is not answered. */
static int ask(struct talk_server *t, const struct packet *p)
{
    if (t->ask_due)
        return bad(t);
    t->ask = *p;
    t->ask_due = true;
    return 0;
}

static int on_catalogue_ask(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    return version_ok(t, p->catalogue_ask.version) ? ask(t, p) : 0;
}

static bool same_subscription(const struct packet_subscribe *a, const struct packet_subscribe *b)
{
    return a->serial == b->serial && a->flags == b->flags && a->token == b->token &&
           a->width == b->width && a->height == b->height && a->millihertz == b->millihertz &&
           a->window_ms == b->window_ms && strcmp(a->camera, b->camera) == 0;
}

static int on_subscribe(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    const struct packet_subscribe *s = &p->subscribe;
    if (!version_ok(t, s->version))
        return 0;
    if (t->asked && (int16_t)(s->serial - t->subscribe.serial) < 0)
        return 0; /* overtaken by a newer one */
    renew_lease(t, now_ns);
    if (t->asked && same_subscription(s, &t->subscribe)) {
        if (t->subscribed && t->stream.serial == s->serial) {
            t->stream_due = true; /* its STREAM was lost */
            t->stream_ns = 0;
        }
        return 0;
    }
    int err = ask(t, p);
    if (err)
        return err;
    t->asked = true;
    t->subscribe = *s;
    return 0;
}

static void sample_rtt(struct talk_server *t, uint64_t sent_us, uint64_t delay_us, uint64_t now_ns)
{
    uint64_t now_us = now_ns / NS_PER_US;
    if (sent_us == 0 || sent_us > now_us || delay_us > now_us - sent_us)
        return;
    uint64_t rtt_us = now_us - sent_us - delay_us;
    if (rtt_us > RTT_MAX_US)
        return;
    t->rtt_us = t->rtt_us ? (7 * t->rtt_us + rtt_us) / 8 : rtt_us;
}

static int on_report(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    t->report = p->report;
    t->reported = true;
    renew_lease(t, now_ns);
    sample_rtt(t, p->report.echo_us, p->report.echo_delay_us, now_ns);
    if (p->report.change == t->stream.change)
        t->stream_due = false;
    return 0;
}

static int on_nack(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    if (!t->subscribed || p->nack.bytes > sizeof t->bitmap)
        return bad(t);
    int err = ask(t, p);
    if (err)
        return err;
    if (p->nack.bytes)
        memcpy(t->bitmap, p->nack.bitmap, p->nack.bytes);
    t->ask.nack.bitmap = t->bitmap;
    return 0;
}

static int on_fetch(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    return t->subscribed ? ask(t, p) : bad(t);
}

static int on_ping(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    t->pong_due = true;
    t->pong.ping_us = p->ping.sent_us;
    t->pong.received_us = now_ns / NS_PER_US;
    return 0;
}

static int on_pong(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    uint64_t held_us = p->pong.sent_us - p->pong.received_us;
    sample_rtt(t, p->pong.ping_us, held_us, now_ns);
    return 0;
}

static int on_goodbye(struct talk_server *t, const struct packet *p, uint64_t now_ns)
{
    talk_server_end(t, REASON_CLOSED, p->goodbye.text);
    t->goodbye_due = false;
    return 0;
}

/* What a client may say. */
typedef int on_packet(struct talk_server *t, const struct packet *p, uint64_t now_ns);
static on_packet *const handlers[] = {
    [PACKET_CATALOGUE_ASK] = on_catalogue_ask,
    [PACKET_SUBSCRIBE] = on_subscribe,
    [PACKET_REPORT] = on_report,
    [PACKET_NACK] = on_nack,
    [PACKET_FETCH] = on_fetch,
    [PACKET_PING] = on_ping,
    [PACKET_PONG] = on_pong,
    [PACKET_GOODBYE] = on_goodbye,
};

int talk_server_on_message(struct talk_server *t, const uint8_t *bytes, size_t len, uint64_t now_ns)
{
    struct packet p;
    t->first_heard = true; /* whatever it says: the handshake is done at the other end too */
    int err = packet_decode(bytes, len, &p);
    if (err == ERR_UNKNOWN || t->ending)
        return 0;
    if (err || p.type >= sizeof handlers / sizeof *handlers || !handlers[p.type])
        return bad(t);
    if (!t->asked)
        renew_lease(t, now_ns);
    return handlers[p.type](t, &p, now_ns);
}

static enum talk_server_do say(struct talk_server *t, enum packet_type type, uint64_t now_ns,
                               struct packet *out)
{
    out->type = type;
    t->said_ns = now_ns;
    return TALK_SERVER_SEND;
}

static bool goodbye_waits(const struct talk_server *t, uint64_t now_ns)
{
    return t->goodbye_due && !t->first_heard && now_ns < t->begun_ns + LEASE_NS;
}

static enum talk_server_do say_goodbye(struct talk_server *t, uint64_t now_ns, struct packet *out)
{
    if (goodbye_waits(t, now_ns))
        return TALK_SERVER_WAIT;
    if (t->goodbye_due && t->first_heard) {
        t->goodbye_due = false;
        out->goodbye.reason = t->reason;
        text_copy(out->goodbye.text, sizeof out->goodbye.text, t->text);
        return say(t, PACKET_GOODBYE, now_ns, out);
    }
    t->ended = true;
    return TALK_SERVER_END;
}

static enum talk_server_do hand_out(struct talk_server *t, struct packet *out)
{
    t->ask_due = false;
    *out = t->ask;
    switch (t->ask.type) {
    case PACKET_CATALOGUE_ASK:
        return TALK_SERVER_CATALOGUE;
    case PACKET_SUBSCRIBE:
        return TALK_SERVER_SUBSCRIBE;
    case PACKET_NACK:
        return TALK_SERVER_NACK;
    default:
        return TALK_SERVER_FETCH;
    }
}

static enum talk_server_do say_stream(struct talk_server *t, uint64_t now_ns, struct packet *out)
{
    t->stream_ns = now_ns + STREAM_AGAIN_NS;
    out->stream = t->stream;
    out->stream.clock_us = now_ns / NS_PER_US;
    return say(t, PACKET_STREAM, now_ns, out);
}

static uint64_t ping_at(const struct talk_server *t)
{
    uint64_t quiet = t->said_ns + QUIET_NS, steady = t->ping_ns + PING_NS;
    return quiet < steady ? quiet : steady;
}

static void look_at_lease(struct talk_server *t, uint64_t now_ns)
{
    if (now_ns >= t->lease_ns + PAUSE_NS)
        t->paused = true;
    if (now_ns >= t->lease_ns + LEASE_NS)
        talk_server_end(t, REASON_TIMED_OUT, "");
}

enum talk_server_do talk_server_next(struct talk_server *t, uint64_t now_ns, struct packet *out)
{
    look_at_lease(t, now_ns);
    if (t->ending)
        return say_goodbye(t, now_ns, out);
    if (t->ask_due)
        return hand_out(t, out);
    if (t->pong_due) {
        t->pong_due = false;
        out->pong = t->pong;
        out->pong.sent_us = now_ns / NS_PER_US;
        return say(t, PACKET_PONG, now_ns, out);
    }
    if (t->stream_due && now_ns >= t->stream_ns)
        return say_stream(t, now_ns, out);
    if (t->first_heard && now_ns >= ping_at(t)) {
        t->ping_ns = now_ns;
        out->ping.sent_us = now_ns / NS_PER_US;
        return say(t, PACKET_PING, now_ns, out);
    }
    return TALK_SERVER_WAIT;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t talk_server_deadline(const struct talk_server *t)
{
    if (t->ending)
        return goodbye_waits(t, 0) ? t->begun_ns + LEASE_NS : 0;
    if (t->ask_due || t->pong_due)
        return 0;
    uint64_t at = t->lease_ns + (t->paused ? LEASE_NS : PAUSE_NS);
    if (t->stream_due)
        at = earlier(at, t->stream_ns);
    if (t->first_heard)
        at = earlier(at, ping_at(t));
    return at;
}
