/* SPDX-License-Identifier: MIT */
/* What is said to the server. What was asked and not answered is asked again; nothing else keeps
 * the conversation alive. */
#include "proto/talk_client_impl.h"
#include "util/mono.h"

static const uint64_t AGAIN_NS = 200 * NS_PER_MS; /* unanswered questions */
static const uint64_t REPORT_NS = PROTO_REPORT_MS * NS_PER_MS;
static const uint64_t PING_NS = NS_PER_S;
static const uint64_t PING_FAST_NS = 150 * NS_PER_MS;
static const unsigned PINGS_FAST = 5; /* so that the clock is known soon */

static void settle(struct talk_client *t, uint64_t now_ns)
{
    uint64_t window_ns = talk_client_window_ns(t);
    reasm_expire(&t->reasm, now_ns, window_ns);
    uint32_t from = t->account.next_frame;
    account_settle(&t->account, reasm_oldest(&t->reasm), now_ns, window_ns);
    if (t->account.started)
        reasm_give_up(&t->reasm, from, t->account.next_frame);
    record_step(t, now_ns);
}

static void make_report(struct talk_client *t, uint64_t now_ns, struct packet_report *r)
{
    const struct account *a = &t->account;
    const struct pathstat_report path = pathstat_report(&t->path);
    *r = (struct packet_report){
        .queue_us = path.queue_us,
        .path_kbps = path.path_kbps,
        .change = t->stream.change,
        .newest = t->reasm.newest,
        .frames = (uint32_t)a->frames,
        .frames_incomplete = (uint32_t)(a->frames_incomplete - t->outage_frames),
        .expected = (uint32_t)(a->packets + a->packets_lost - t->outage_packets),
        .received = (uint32_t)a->packets,
        .repaired = (uint32_t)a->packets_repaired,
        .jitter_us = (uint32_t)a->jitter_us,
        .echo_us = t->echo_us,
    };
    if (t->echo_us)
        r->echo_delay_us = (uint32_t)(now_ns / NS_PER_US - t->echo_at_us);
}

static void make_ping(struct talk_client *t, uint64_t now_ns, struct packet_ping *ping)
{
    ping->sent_us = now_ns / NS_PER_US;
    t->ping_us[t->pings % TALK_CLIENT_PINGS] = ping->sent_us;
    t->pings++;
    t->ping_ns = now_ns + (t->pings < PINGS_FAST ? PING_FAST_NS : PING_NS);
}

/* A message's worth of what is missing. */
static bool make_nack(struct talk_client *t, uint64_t now_ns, size_t cap, struct packet_nack *nack)
{
    struct repair_path path = talk_client_path(t);
    if (cap <= PACKET_NACK_HEADER)
        return false;
    cap -= PACKET_NACK_HEADER;
    return repair_next(&t->repair, &t->reasm, &path, now_ns, nack, t->bitmap,
                       cap < sizeof t->bitmap ? cap : sizeof t->bitmap);
}

static bool subscribe_due(const struct talk_client *t)
{
    return t->subscribe_wanted && !t->streaming;
}

/* The most urgent message that is due; false: none. */
static bool choose(struct talk_client *t, uint64_t now_ns, size_t cap, struct packet *p)
{
    if (t->pong_due) {
        t->pong_due = false;
        p->type = PACKET_PONG;
        p->pong = t->pong;
        p->pong.sent_us = now_ns / NS_PER_US;
    } else if (subscribe_due(t) && now_ns >= t->subscribe_ns) {
        p->type = PACKET_SUBSCRIBE;
        p->subscribe = t->want;
        p->subscribe.window_ms = (uint16_t)(talk_client_window_ns(t) / NS_PER_MS);
        t->subscribe_ns = now_ns + AGAIN_NS;
    } else if (t->catalogue_wanted && now_ns >= t->catalogue_ns) {
        p->type = PACKET_CATALOGUE_ASK;
        p->catalogue_ask =
            (struct packet_catalogue_ask){.version = PROTO_VERSION, .first = t->catalogue_first};
        t->catalogue_ns = now_ns + AGAIN_NS;
    } else if (t->answered && make_nack(t, now_ns, cap, &p->nack)) {
        p->type = PACKET_NACK;
    } else if (t->answered && record_next(t, now_ns, cap, p)) {
        return true;
    } else if (t->answered && now_ns >= t->report_ns) {
        p->type = PACKET_REPORT;
        make_report(t, now_ns, &p->report);
        t->report_ns = now_ns + REPORT_NS;
    } else if (now_ns >= t->ping_ns) {
        p->type = PACKET_PING;
        make_ping(t, now_ns, &p->ping);
    } else {
        return false;
    }
    return true;
}

size_t talk_client_next(struct talk_client *t, uint64_t now_ns, uint8_t *buf, size_t cap)
{
    struct packet p;
    settle(t, now_ns);
    t->silence_told = talk_client_silent(t, now_ns);
    if (!t->connected || t->over)
        return 0;
    if (!t->closing)
        return choose(t, now_ns, cap, &p) ? packet_encode(&p, buf, cap) : 0;
    if (!t->goodbye_due)
        return 0;
    t->goodbye_due = false;
    p.type = PACKET_GOODBYE;
    p.goodbye = (struct packet_goodbye){.reason = REASON_CLOSED};
    return packet_encode(&p, buf, cap);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t talk_client_deadline(const struct talk_client *t)
{
    uint64_t at = reasm_deadline(&t->reasm, talk_client_window_ns(t));
    if (!t->connected || t->over)
        return at;
    if (t->closing)
        return t->goodbye_due ? 0 : at;
    if (t->pong_due)
        return 0;
    at = earlier(at, t->ping_ns);
    if (subscribe_due(t))
        at = earlier(at, t->subscribe_ns);
    if (t->catalogue_wanted)
        at = earlier(at, t->catalogue_ns);
    if (t->answered) {
        struct repair_path path = talk_client_path(t);
        at = earlier(at, t->report_ns);
        at = earlier(at, repair_deadline(&t->repair, &t->reasm, &path));
        at = earlier(at, record_deadline(t));
    }
    if (!t->silence_told)
        at = earlier(at, talk_client_silent_at(t));
    return at;
}
