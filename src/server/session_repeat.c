/* SPDX-License-Identifier: MIT */
/* What a client asks to be sent again: fragments that were lost (at once, within the budget), and
 * frames of the history (below live media, at about its rate). Frames of a FETCH are held from the
 * moment it is asked until the last of them was sent, so that none of them gets too old meanwhile:
 * on a narrow path that takes longer than the history reaches. */
#include "proto/frag.h"
#include "proto/serial.h"
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

/* One that is held here may have left the history. */
static struct frame *find(struct session *s, unsigned tier, uint32_t number)
{
    struct frame *f = history_get(camera_history(s->camera), tier, number);
    for (unsigned i = 0; i < s->n_history && !f && tier == 0; i++)
        if (s->history[i]->number == number)
            f = frame_ref(s->history[i]);
    return f;
}

void session_nack(struct session *s, const struct packet_nack *n, uint64_t now_ns)
{
    if (!s->camera || !talk_server_media(&s->talk))
        return;
    struct frame *f = find(s, n->tier, n->frame);
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
    while (s->n_history > 0)
        frame_unref(&s->history[--s->n_history]);
    mem_free(s->history);
    s->history = NULL;
    s->history_next = 0;
}

/* Those of the history, and those that are held because they were asked for before. */
static unsigned gather(struct session *s, uint32_t from, uint32_t to, struct frame **out)
{
    struct history *h = camera_history(s->camera);
    unsigned n = 0;
    for (unsigned i = 0; i < s->n_history && n < PROTO_FETCH_MAX; i++) {
        uint32_t number = s->history[i]->number;
        if (serial_newer(from, number) || serial_newer(number, to))
            continue;
        if (number != from)
            n += history_range(h, from, number - 1, out + n, PROTO_FETCH_MAX - n);
        if (n < PROTO_FETCH_MAX)
            out[n++] = frame_ref(s->history[i]);
        from = number + 1;
    }
    if (!serial_newer(from, to) && n < PROTO_FETCH_MAX)
        n += history_range(h, from, to, out + n, PROTO_FETCH_MAX - n);
    return n;
}

void session_fetch(struct session *s, const struct packet_fetch *f, uint64_t now_ns)
{
    struct frame **wanted = NULL;
    unsigned n = 0;
    if (s->camera && f->boot == s->client->service->boot)
        wanted = mem_zero(PROTO_FETCH_MAX, sizeof *wanted);
    if (wanted)
        n = gather(s, f->from, f->to, wanted);
    session_history_stop(s);
    s->history = wanted;
    s->n_history = n;
    s->history_ns = now_ns;
    s->history_begins = true;
}

/* On a path too narrow for live media the history has to do with what repairs leave of their
 * budget: a repair that is refused would narrow live media further. */
static bool may_leave(struct session *s, const struct frame *f)
{
    if (s->rate.level == 0)
        return true;
    return repeat_has(&s->budget, f->len + REPEAT_FIRST) && repeat_spend(&s->budget, f->len);
}

struct frame *session_history_frame(struct session *s, uint64_t interval_ns, uint64_t now_ns,
                                    uint8_t *flags)
{
    if (s->history_next == s->n_history || now_ns < s->history_ns)
        return NULL;
    s->history_ns = now_ns + interval_ns;
    if (!may_leave(s, s->history[s->history_next]))
        return NULL;
    struct frame *f = frame_ref(s->history[s->history_next++]);
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
