/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "proto/serial.h"
#include "proto/talk_client_impl.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

/* A session: SUBSCRIBE until a STREAM answers it; from then on REPORT, which is the lease. Frames
 * are taken only after the first STREAM of a session, since only that tells which run of the
 * server they belong to. A STREAM of the same run continues reassembly and counters, one of
 * another run begins both anew. What was asked and not answered is asked again; nothing else
 * keeps the conversation alive. */

static const uint64_t AGAIN_NS = 200 * NS_PER_MS; /* unanswered questions */
static const uint64_t REPORT_NS = PROTO_REPORT_MS * NS_PER_MS;
static const uint64_t SILENCE_NS = PROTO_SILENCE_MS * NS_PER_MS;
static const uint64_t PING_NS = NS_PER_S;
static const uint64_t PING_FAST_NS = 150 * NS_PER_MS;
static const unsigned PINGS_FAST = 5;                 /* so that the clock is known soon */
static const uint64_t RTT_GUESS_NS = 100 * NS_PER_MS; /* before the first PONG */
static const uint64_t REORDER_MIN_NS = 3 * NS_PER_MS;
static const uint64_t WINDOW_MIN_NS = 200 * NS_PER_MS, WINDOW_MAX_NS = 2 * NS_PER_S;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    const struct talk_client *t = ctx;
    return t->owner.memory.take(t->owner.memory.ctx, bytes, data, handle);
}

static void give_back(void *ctx, void *handle)
{
    const struct talk_client *t = ctx;
    t->owner.memory.give_back(t->owner.memory.ctx, handle);
}

static void abandoned(void *ctx, const struct reasm_slot *slot)
{
    struct talk_client *t = ctx;
    pathstat_frame(&t->path, slot);
    account_frame(&t->account, slot);
}

void talk_client_init(struct talk_client *t, const struct talk_client_owner *owner, uint64_t token)
{
    memset(t, 0, sizeof *t);
    t->owner = *owner;
    t->want.version = PROTO_VERSION;
    t->want.token = token;
    t->want.flags = SUBSCRIBE_REACH_BACK;
    reasm_init(&t->reasm, &(struct reasm_owner){t, take, give_back, abandoned});
    account_init(&t->account);
    repair_init(&t->repair);
    clocksync_init(&t->clock);
    record_init(t);
}

void talk_client_fini(struct talk_client *t)
{
    reach_fini(&t->reach);
    reasm_fini(&t->reasm);
}

uint64_t talk_client_window_ns(const struct talk_client *t)
{
    if (t->window_ns)
        return t->window_ns;
    if (t->clock.rtt_us >= WINDOW_MAX_NS / NS_PER_US / 8)
        return WINDOW_MAX_NS;
    uint64_t window = 8 * t->clock.rtt_us * NS_PER_US;
    return window > WINDOW_MIN_NS ? window : WINDOW_MIN_NS;
}

/* Frames that waver by so much overtake each other's fragments by as much. */
static uint64_t reorder_ns(const struct talk_client *t)
{
    uint64_t waver_ns = 2 * (uint64_t)t->account.jitter_us * NS_PER_US;
    uint64_t most_ns = t->clock.rtt_us * NS_PER_US / 2;
    if (waver_ns > most_ns)
        waver_ns = most_ns;
    return waver_ns > REORDER_MIN_NS ? waver_ns : REORDER_MIN_NS;
}

struct repair_path talk_client_path(const struct talk_client *t)
{
    bool known = clocksync_known(&t->clock);
    return (struct repair_path){
        .rtt_ns = known ? t->clock.rtt_us * NS_PER_US : RTT_GUESS_NS,
        .rttvar_ns = t->clock.rttvar_us * NS_PER_US,
        .reorder_ns = reorder_ns(t),
        .window_ns = talk_client_window_ns(t),
        .frame_fragments = (unsigned)(t->account.fragments_per_frame + 0.5),
    };
}

/* A changed subscription has a new serial and leaves at once. */
static void subscribe_anew(struct talk_client *t)
{
    t->want.serial++;
    t->streaming = false;
    t->subscribe_ns = 0;
}

void talk_client_set_window(struct talk_client *t, unsigned window_ms)
{
    t->window_ns = window_ms * NS_PER_MS;
    subscribe_anew(t);
}

void talk_client_want_stream(struct talk_client *t, const char *camera, unsigned width,
                             unsigned height, uint32_t millihertz)
{
    struct packet_subscribe *w = &t->want;
    if (t->subscribe_wanted && strcmp(w->camera, camera) == 0 && w->width == width &&
        w->height == height && w->millihertz == millihertz)
        return;
    text_copy(w->camera, sizeof w->camera, camera);
    w->width = (uint16_t)width;
    w->height = (uint16_t)height;
    w->millihertz = millihertz;
    t->subscribe_wanted = true;
    subscribe_anew(t);
}

void talk_client_want_catalogue(struct talk_client *t)
{
    t->catalogue_wanted = true;
    t->catalogue_first = 0;
    t->catalogue_ns = 0;
}

void talk_client_connected(struct talk_client *t, uint64_t now_ns)
{
    t->connected = true;
    t->streaming = t->answered = t->over = t->silence_told = t->pong_due = false;
    t->closing = t->goodbye_due = false;
    t->heard_ns = now_ns;
    t->subscribe_ns = t->report_ns = t->ping_ns = t->catalogue_ns = now_ns;
    t->catalogue_first = 0;
    t->pings = 0;
    memset(t->ping_us, 0, sizeof t->ping_us);
    t->echo_us = 0;
    reasm_unannounce(&t->reasm);
    reach_session(&t->reach);
}

void talk_client_disconnected(struct talk_client *t, uint64_t now_ns)
{
    t->connected = t->streaming = t->answered = false;
    reasm_unannounce(&t->reasm);
    reach_session(&t->reach);
}

void talk_client_close(struct talk_client *t)
{
    if (!t->connected || t->closing)
        return;
    t->closing = t->goodbye_due = true;
}

bool talk_client_silent(const struct talk_client *t, uint64_t now_ns)
{
    return t->connected && !t->over && !t->closing && now_ns >= t->heard_ns + SILENCE_NS;
}

static int bad(struct talk_client *t)
{
    t->bad++;
    return ERR_FORMAT;
}

static int on_catalogue(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    const struct packet_catalogue *c = &p->catalogue;
    if (!t->catalogue_wanted || (c->first != t->catalogue_first && c->n > 0))
        return 0; /* came twice; an empty part is the end of a list that became shorter */
    t->catalogue_first = (uint16_t)(c->first + c->n);
    t->catalogue_wanted = t->catalogue_first < c->total;
    t->catalogue_ns = now_ns;
    t->owner.on_catalogue(t->owner.ctx, c);
    return 0;
}

/* Frame numbers mean something else now. */
static void follow_restart(struct talk_client *t)
{
    if (t->restarts == t->reasm.restarts)
        return;
    t->restarts = t->reasm.restarts;
    account_restart(&t->account);
    repair_restart(&t->repair);
}

static int on_stream(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    const struct packet_stream *s = &p->stream;
    if (!t->subscribe_wanted || s->serial != t->want.serial)
        return 0; /* answers an older question */
    if (t->answered && (int16_t)(s->change - t->stream.change) < 0)
        return 0;          /* overtaken by a newer one */
    t->report_ns = now_ns; /* acknowledges it */
    if (t->streaming && s->change == t->stream.change)
        return 0; /* came twice */
    bool restarted = t->stream.stride && s->boot != t->stream.boot;
    if (restarted) {
        record_restart(t);
        t->path = (struct pathstat){0};
        reasm_restart(&t->reasm);
        clocksync_init(&t->clock);
    }
    t->stream = *s;
    t->streaming = t->answered = true;
    reasm_announce(&t->reasm, s->tier, s->stride, s->next_frame);
    follow_restart(t);
    t->owner.on_stream(t->owner.ctx, &t->stream, restarted);
    record_stream(t, now_ns);
    return 0;
}

/* After an outage nobody waits for what was sent meanwhile: only the history has it. The server is
 * not told of it as loss, since it says nothing about what the path can take. */
static void note_jump(struct talk_client *t, uint32_t frame)
{
    struct account *a = &t->account;
    uint32_t before = reasm_oldest(&t->reasm), from = a->next_frame;
    if (serial_newer(before, frame))
        before = frame;
    if (!a->started || serial_diff(frame, a->newest) <= REPAIR_FRAMES ||
        !serial_newer(before, from))
        return;
    uint64_t packets = a->packets_lost, frames = a->frames_incomplete;
    account_pass(a, before);
    t->outage_packets += a->packets_lost - packets;
    t->outage_frames += a->frames_incomplete - frames;
    reasm_give_up(&t->reasm, from, a->next_frame);
}

/* Frames that the server left out are neither lost nor waited for. Those before a recording's first
 * live frame come from the history all the same. */
static void note_skipped(struct talk_client *t, const struct packet_fragment *f)
{
    uint32_t from = f->frame - f->skipped;
    if (f->skipped == 0)
        return;
    account_leave_out(&t->account, from, f->frame);
    reasm_give_up(&t->reasm, from, f->frame);
    if (!t->reach.active)
        return;
    if (serial_newer(t->reach.live_from, from))
        from = t->reach.live_from;
    order_leave_out(&t->reach.order, from, f->frame);
}

static int on_fragment(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    struct reasm_slot *slot;
    if (record_fragment(t, &p->fragment, now_ns))
        return 0;
    enum reasm_verdict verdict = reasm_add(&t->reasm, &p->fragment, now_ns, &slot);
    follow_restart(t);
    if (verdict != REASM_KEPT && verdict != REASM_COMPLETE)
        return 0;
    note_skipped(t, &p->fragment);
    repair_note(&t->repair, &t->reasm, &p->fragment, now_ns);
    note_jump(t, p->fragment.frame);
    if (verdict != REASM_COMPLETE)
        return 0;
    pathstat_frame(&t->path, slot);
    account_frame(&t->account, slot);
    record_whole(t, slot, now_ns);
    return 0;
}

static int on_ping(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    t->echo_us = p->ping.sent_us;
    t->echo_at_us = now_ns / NS_PER_US;
    t->pong_due = true;
    t->pong.ping_us = p->ping.sent_us;
    t->pong.received_us = t->echo_at_us;
    return 0;
}

/* Each PING counts once: a PONG that the network doubled would look like a long round trip. */
static int on_pong(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    const struct packet_pong *pong = &p->pong;
    for (unsigned i = 0; i < TALK_CLIENT_PINGS; i++) {
        if (t->ping_us[i] == 0 || t->ping_us[i] != pong->ping_us)
            continue;
        t->ping_us[i] = 0;
        clocksync_sample(&t->clock, pong->ping_us, pong->received_us, pong->sent_us,
                         now_ns / NS_PER_US);
    }
    return 0;
}

static int on_goodbye(struct talk_client *t, const struct packet *p, uint64_t now_ns)
{
    t->over = true;
    t->owner.on_goodbye(t->owner.ctx, &p->goodbye);
    return 0;
}

/* What a server may say. */
typedef int on_packet(struct talk_client *t, const struct packet *p, uint64_t now_ns);
static on_packet *const handlers[] = {
    [PACKET_CATALOGUE] = on_catalogue, [PACKET_STREAM] = on_stream, [PACKET_FRAGMENT] = on_fragment,
    [PACKET_PING] = on_ping,           [PACKET_PONG] = on_pong,     [PACKET_GOODBYE] = on_goodbye,
};

int talk_client_on_message(struct talk_client *t, const uint8_t *bytes, size_t len, uint64_t now_ns)
{
    struct packet p;
    if (!t->connected || t->over)
        return 0;
    int err = packet_decode(bytes, len, &p);
    if (err && err != ERR_UNKNOWN)
        return bad(t);
    t->heard_ns = now_ns;
    if (err)
        return 0;
    if (p.type >= sizeof handlers / sizeof *handlers || !handlers[p.type])
        return bad(t);
    return handlers[p.type](t, &p, now_ns);
}

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
        at = earlier(at, t->heard_ns + SILENCE_NS);
    return at;
}
