/* SPDX-License-Identifier: MIT */
/* What the server says. Frames are taken only after the first STREAM of a session, since only that
 * tells which run of the server they belong to. A STREAM of the same run continues reassembly and
 * counters, one of another run begins both anew. */
#include "proto/serial.h"
#include "proto/talk_client_impl.h"
#include "util/err.h"
#include "util/mono.h"

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
