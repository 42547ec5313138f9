/* SPDX-License-Identifier: MIT */
/* What a client asks to be sent again: fragments that were lost (at once, within the budget), and
 * frames of the history (below live media, at about its rate). Frames of a FETCH are held from the
 * moment it is asked, so that none of them gets too old meanwhile. */
#include "proto/frag.h"
#include "server/session.h"
#include "util/alloc.h"
#include "util/mono.h"

#define INTERVAL_LEAST_NS (2 * NS_PER_MS)

static uint64_t half_round_trip_ns(const struct session *s)
{
    uint64_t half = s->talk.rtt_us * NS_PER_US / 2;
    return half > INTERVAL_LEAST_NS ? half : INTERVAL_LEAST_NS;
}

/* Fragment index of the bitmap's bit i; a NACK without a bitmap means the whole frame. */
static bool wanted(const struct packet_nack *n, unsigned i)
{
    return n->bytes == 0 || (n->bitmap[i / 8] >> (7 - i % 8) & 1);
}

void session_nack(struct session *s, const struct packet_nack *n, uint64_t now_ns)
{
    if (!s->camera || !talk_server_media(&s->talk))
        return;
    struct frame *f = history_get(camera_history(s->camera), n->tier, n->frame);
    if (!f)
        return;
    uint16_t count = frag_count((uint32_t)f->len, s->stride);
    unsigned bits = n->bytes ? n->bytes * 8u : count;
    for (unsigned i = 0; i < bits && n->first + i < count; i++) {
        uint16_t index = (uint16_t)(n->first + i);
        if (!wanted(n, i) ||
            !repeat_allowed(&s->repeated, n->tier, n->frame, index, half_round_trip_ns(s), now_ns))
            continue;
        if (!repeat_spend(&s->budget, s->stride)) {
            s->sent.starved++;
            break;
        }
        session_fragment(s, f, count, index, FRAGMENT_REPAIR);
        s->repairs++;
    }
    session_flush(s);
    talk_server_said(&s->talk, now_ns);
    frame_unref(&f);
}

void session_history_stop(struct session *s)
{
    while (s->history_next < s->n_history)
        frame_unref(&s->history[s->history_next++]);
    mem_free(s->history);
    s->history = NULL;
    s->n_history = s->history_next = 0;
}

void session_fetch(struct session *s, const struct packet_fetch *f, uint64_t now_ns)
{
    session_history_stop(s);
    if (!s->camera || f->boot != s->client->service->boot)
        return;
    s->history = mem_zero(PROTO_FETCH_MAX, sizeof *s->history);
    if (!s->history)
        return;
    s->n_history =
        history_range(camera_history(s->camera), f->from, f->to, s->history, PROTO_FETCH_MAX);
    s->history_ns = now_ns;
    s->history_begins = true;
}

/* On a path too narrow for live media the history has to do with the budget of repairs. */
static bool may_leave(struct session *s, const struct frame *f)
{
    return s->rate.level == 0 || repeat_spend(&s->budget, f->len);
}

struct frame *session_history_frame(struct session *s, uint64_t interval_ns, uint64_t now_ns,
                                    uint8_t *flags)
{
    if (s->history_next == s->n_history || now_ns < s->history_ns)
        return NULL;
    s->history_ns = now_ns + interval_ns;
    struct frame *f = s->history[s->history_next];
    if (!may_leave(s, f))
        return NULL;
    s->history[s->history_next++] = NULL;
    *flags = s->history_begins ? FRAGMENT_HISTORY | FRAGMENT_FIRST : FRAGMENT_HISTORY;
    s->history_begins = false;
    if (s->history_next == s->n_history)
        session_history_stop(s);
    return f;
}

uint64_t session_history_deadline(const struct session *s)
{
    bool waits = s->history_next < s->n_history && talk_server_media(&s->talk);
    return waits ? s->history_ns : UINT64_MAX;
}
