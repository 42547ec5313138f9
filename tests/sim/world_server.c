/* SPDX-License-Identifier: MIT */
#include "sim/world_impl.h"

#include <string.h>

#include "proto/frag.h"
#include "proto/serial.h"
#include "util/mono.h"

/* Its clock began at another time than the client's. */
static uint64_t server_ns(const struct world *w)
{
    return w->now_ns + w->shift_ns;
}

static void server_say(struct world *w, const struct packet *p)
{
    uint8_t buf[RECORD_MAX];
    size_t len = packet_encode(p, buf, sizeof buf - SESSION_BYTES - SUM_BYTES);
    MUST(w, len > 0);
    world_note(w, p->type, p->type == PACKET_STREAM ? p->stream.change : 0);
    world_send_record(w, SERVER, w->server_session, buf, len);
    talk_server_said(&w->server, server_ns(w));
}

void world_server_end(struct world *w)
{
    w->server_session = 0;
    w->queued = 0;
    w->past_wanted = false;
    w->pace = (struct pace){0};
}

void world_server_frame(struct world *w, uint32_t number)
{
    if (!talk_server_media(&w->server) || !w->server_session)
        return;
    if (w->queued == WORLD_QUEUE) { /* the oldest makes way */
        memmove(w->queue, w->queue + 1, sizeof w->queue - sizeof w->queue[0]);
        w->queued--;
    }
    w->queue[w->queued++] = number;
}

/* Its requests */

static void answer_subscribe(struct world *w)
{
    const struct world_run *run = world_current(w);
    struct packet_stream s = {
        .boot = run->boot,
        .width = 640,
        .height = 480,
        .full_width = 640,
        .full_height = 480,
        .millihertz = (uint32_t)(NS_PER_S * 1000 / w->s.interval_ns),
        .stride = frag_stride(PROTO_UDP_PAYLOAD),
        .next_frame = run->first + run->made,
        .camera = "sim",
    };
    talk_server_stream(&w->server, &s);
}

/* One piece of a frame whose bytes are painted. The simulated record is smaller than a DTLS record,
 * so a full fragment fits. */
static void send_fragment(struct world *w, uint32_t number, const uint8_t *frame, uint32_t bytes,
                          unsigned index, uint8_t flags)
{
    uint16_t stride = w->server.stream.stride;
    struct packet p = {
        .type = PACKET_FRAGMENT,
        .fragment = {.flags = flags,
                     .frame = number,
                     .index = (uint16_t)index,
                     .count = frag_count(bytes, stride),
                     .frame_bytes = bytes,
                     .capture_us =
                         world_current(w)->began_us + w->shift_ns / NS_PER_US +
                         (number - world_current(w)->first) * w->s.interval_ns / NS_PER_US,
                     .payload = frame + frag_offset((uint16_t)index, stride),
                     .payload_len = frag_len(bytes, stride, (uint16_t)index)},
    };
    server_say(w, &p);
}

/* The oldest frame of this run that is still kept. */
static uint32_t oldest_kept(const struct world *w)
{
    const struct world_run *run = &w->run[w->runs - 1];
    unsigned kept = run->made < w->s.history ? run->made : w->s.history;
    return run->first + run->made - kept;
}

static bool is_kept(const struct world *w, uint32_t number)
{
    const struct world_run *run = &w->run[w->runs - 1];
    return !serial_newer(oldest_kept(w), number) && serial_newer(run->first + run->made, number);
}

static void answer_nack(struct world *w, const struct packet_nack *n)
{
    static uint8_t frame[WORLD_FRAME_MAX];
    const struct world_run *run = world_current(w);
    if (!talk_server_media(&w->server) || !is_kept(w, n->frame))
        return;
    uint32_t bytes = world_size_of(w, run, n->frame);
    unsigned count = frag_count(bytes, w->server.stream.stride);
    uint64_t half_rtt_ns = w->server.rtt_us * NS_PER_US / 2;
    if (half_rtt_ns < 2 * NS_PER_MS)
        half_rtt_ns = 2 * NS_PER_MS;
    world_paint(run, n->frame, frame, bytes);
    for (unsigned i = 0; i < (n->bytes ? n->bytes * 8u : count) && n->first + i < count; i++) {
        unsigned index = n->first + i;
        if ((n->bytes && !(n->bitmap[i / 8] >> (7 - i % 8) & 1)) ||
            !repeat_allowed(&w->repeated, 0, n->frame, (uint16_t)index, half_rtt_ns, server_ns(w)))
            continue;
        if (!repeat_spend(&w->budget, w->server.stream.stride))
            break;
        send_fragment(w, n->frame, frame, bytes, index, FRAGMENT_REPAIR);
        w->repeats++;
    }
}

static void answer_fetch(struct world *w, const struct packet_fetch *f)
{
    uint32_t oldest = oldest_kept(w);
    w->past_wanted = f->boot == world_current(w)->boot;
    w->past_next = serial_newer(oldest, f->from) ? oldest : f->from;
    w->past_to = f->to;
    w->past_begins = true;
    w->past_ns = server_ns(w);
    w->fetches++;
}

static void answer(struct world *w, enum talk_server_do what, const struct packet *p)
{
    switch (what) {
    case TALK_SERVER_SEND:
        server_say(w, p);
        break;
    case TALK_SERVER_SUBSCRIBE:
        answer_subscribe(w);
        break;
    case TALK_SERVER_NACK:
        answer_nack(w, &p->nack);
        break;
    case TALK_SERVER_FETCH:
        answer_fetch(w, &p->fetch);
        break;
    case TALK_SERVER_END:
        w->ended[w->server.reason]++;
        world_server_end(w);
        break;
    default:
        MUST(w, !"a request nobody made");
    }
}

/* Its media */

static void begin_frame(struct world *w, uint32_t number, uint8_t flags)
{
    const struct world_run *run = world_current(w);
    w->sending = number;
    w->sending_flags = flags;
    w->sending_bytes = world_size_of(w, run, number);
    world_paint(run, number, w->frame, w->sending_bytes);
    pace_start(&w->pace, frag_count(w->sending_bytes, w->server.stream.stride), w->s.interval_ns,
               server_ns(w));
}

/* The next live frame, or else the next one of the history, at most one an interval. */
static bool next_frame(struct world *w)
{
    if (w->queued > 0) {
        uint32_t number = w->queue[0];
        memmove(w->queue, w->queue + 1, sizeof w->queue - sizeof w->queue[0]);
        w->queued--;
        world_current(w)->offered++;
        begin_frame(w, number, 0);
        repeat_earn(&w->budget, w->sending_bytes);
        return true;
    }
    if (!w->past_wanted || server_ns(w) < w->past_ns)
        return false;
    w->past_wanted = !serial_newer(w->past_next, w->past_to) && is_kept(w, w->past_next);
    if (!w->past_wanted)
        return false;
    w->past_ns = server_ns(w) + w->s.interval_ns;
    begin_frame(w, w->past_next++, FRAGMENT_HISTORY | (w->past_begins ? FRAGMENT_FIRST : 0));
    w->past_begins = false;
    return true;
}

static void media_step(struct world *w)
{
    while (w->server_session && talk_server_media(&w->server)) {
        if (w->pace.sent == w->pace.count && !next_frame(w))
            return;
        uint16_t due = pace_due(&w->pace, server_ns(w));
        if (due == 0)
            return;
        for (uint16_t i = 0; i < due; i++)
            send_fragment(w, w->sending, w->frame, w->sending_bytes, w->pace.sent + i,
                          w->sending_flags);
        pace_sent(&w->pace, due, server_ns(w));
    }
    w->queued = 0;
    w->pace = (struct pace){0};
}

static void talk_step(struct world *w)
{
    struct packet p;
    enum talk_server_do what;
    while (w->server_session &&
           (what = talk_server_next(&w->server, server_ns(w), &p)) != TALK_SERVER_WAIT)
        answer(w, what, &p);
}

void world_server_step(struct world *w)
{
    talk_step(w);
    media_step(w);
}

void world_server_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len)
{
    if (len > 0) {
        if (session == w->server_session)
            MUST(w, talk_server_on_message(&w->server, bytes, len, server_ns(w)) == 0);
        talk_step(w);
        return;
    }
    if ((int32_t)(session - w->server_session) > 0) { /* replaces the one before */
        world_server_end(w);
        w->server_session = session;
        w->budget = (struct repeat_budget){REPEAT_FIRST};
        talk_server_init(&w->server, server_ns(w));
    }
    if (session == w->server_session)
        world_send_record(w, SERVER, session, NULL, 0);
}

uint64_t world_server_deadline(const struct world *w)
{
    if (!w->server_session)
        return UINT64_MAX;
    uint64_t at = talk_server_deadline(&w->server), pace = pace_deadline(&w->pace);
    if (w->past_wanted && w->pace.sent == w->pace.count && talk_server_media(&w->server))
        pace = w->past_ns;
    at = pace < at ? pace : at;
    return at > w->shift_ns ? at - w->shift_ns : 0;
}
