/* SPDX-License-Identifier: MIT */
#include "proto/reach.h"

#include <string.h>

#include "proto/serial.h"
#include "util/mono.h"

static const uint64_t PATIENCE_NS = REACH_PATIENCE_MS * NS_PER_MS;
static const uint64_t AGAIN_NS = REACH_AGAIN_MS * NS_PER_MS;
static const uint64_t OUTAGE_NS = 3 * PROTO_QUIET_MS * NS_PER_MS / 2;
enum { PATIENCE_FETCHES = 4 };
enum { BRIDGE_FRAMES = 8 }; /* sent once more rather than that two FETCHes go out */

void reach_init(struct reach *r, const struct reasm_owner *memory)
{
    struct reasm_owner owner = *memory;
    owner.abandoned = NULL;
    memset(r, 0, sizeof *r);
    order_init(&r->order);
    reasm_init(&r->past, &owner);
    repair_init(&r->repair);
}

void reach_fini(struct reach *r)
{
    void *handle;
    while ((handle = order_take_any(&r->order)))
        r->past.owner.give_back(r->past.owner.ctx, handle);
    reasm_fini(&r->past);
}

void reach_session(struct reach *r)
{
    r->asking = false;
    reasm_unannounce(&r->past);
}

void reach_start(struct reach *r, uint32_t from, uint32_t live_from, uint64_t least_us)
{
    order_start(&r->order, from);
    reasm_restart(&r->past);
    r->active = true;
    r->asking = r->ends = false;
    r->live_from = live_from;
    r->least_us = least_us;
}

void reach_end_at(struct reach *r, uint32_t end)
{
    r->ends = true;
    r->end = end;
}

void reach_stop(struct reach *r)
{
    r->active = r->asking = false;
    reasm_restart(&r->past);
}

/* Frames before this number are not waited for from live media. */
static uint32_t limit(const struct reach *r, uint32_t decided)
{
    uint32_t at = serial_newer(r->live_from, decided) ? r->live_from : decided;
    return r->ends && serial_newer(at, r->end) ? r->end : at;
}

bool reach_wants(const struct reach *r, const struct packet_fragment *f, uint32_t decided)
{
    if (f->flags & FRAGMENT_HISTORY)
        return true;
    return r->active && r->asking && f->flags & FRAGMENT_REPAIR && f->tier == 0 &&
           serial_newer(limit(r, decided), f->frame) && order_is_missing(&r->order, f->frame);
}

/* Of the FETCH under way: what is outside of it may still answer the one before. */
static void note_heard(struct reach *r, const struct packet_fragment *f, uint64_t now_ns)
{
    if (serial_newer(r->from, f->frame) || serial_newer(f->frame, r->to))
        return;
    r->heard_ns = now_ns;
    if (!(f->flags & FRAGMENT_HISTORY))
        return;
    if (!r->heard)
        r->first_ns = now_ns;
    if (!r->heard || serial_newer(f->frame, r->newest_heard))
        r->newest_heard = f->frame;
    if (f->flags & FRAGMENT_FIRST)
        r->begin = f->frame;
    r->begins |= f->flags & FRAGMENT_FIRST;
    r->heard = true;
}

enum reasm_verdict reach_add(struct reach *r, const struct packet_fragment *f, uint64_t now_ns,
                             struct reasm_slot **slot)
{
    *slot = NULL;
    if (!r->active || !r->asking)
        return REASM_LATE;
    note_heard(r, f, now_ns);
    if (!order_is_missing(&r->order, f->frame))
        return REASM_LATE;
    enum reasm_verdict v = reasm_add(&r->past, f, now_ns, slot);
    if (v != REASM_KEPT && v != REASM_COMPLETE)
        return v;
    repair_note(&r->repair, &r->past, f, now_ns);
    if (v == REASM_COMPLETE) {
        r->progress_ns = now_ns;
        (*slot)->flags |= FRAGMENT_HISTORY;
    }
    return v;
}

enum order_verdict reach_put(struct reach *r, uint32_t number, uint64_t capture_us, void *handle,
                             uint32_t bytes)
{
    if (!r->active || (r->ends && !serial_newer(r->end, number)))
        return ORDER_UNWANTED;
    if (capture_us < r->least_us) {
        order_leave_out(&r->order, number, number + 1);
        return ORDER_UNWANTED;
    }
    enum order_verdict v = order_put(&r->order, number, handle, bytes);
    if (v == ORDER_TAKEN)
        order_shrink(&r->order);
    if (v == ORDER_FAR)
        order_give_up(&r->order, number - (ORDER_FRAMES - 1));
    return v;
}

void *reach_take(struct reach *r)
{
    return r->active ? order_take(&r->order) : NULL;
}

void *reach_take_any(struct reach *r)
{
    return order_take_any(&r->order);
}

bool reach_is_over(const struct reach *r)
{
    return r->active && r->ends && !serial_newer(r->end, r->order.next);
}

static uint64_t again_ns(const struct repair_path *path)
{
    uint64_t ns = 3 * path->rtt_ns + 4 * path->rttvar_ns;
    return ns > AGAIN_NS ? ns : AGAIN_NS;
}

static uint64_t quiet_from(const struct reach *r)
{
    return r->heard && r->heard_ns > r->asked_ns ? r->heard_ns : r->asked_ns;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* When the frame whose turn it is cannot be repaired any more, as the answer has gone on without
 * it; UINT64_MAX: it has not. */
static uint64_t passed_at(const struct reach *r, const struct repair_path *path)
{
    if (!r->asking || !r->heard || !serial_newer(r->newest_heard, r->order.next) ||
        reasm_find(&r->past, r->order.next))
        return UINT64_MAX;
    return later(r->turn_ns, r->first_ns) + path->window_ns;
}

static void note_turn(struct reach *r, uint64_t now_ns)
{
    if (r->turn == r->order.next)
        return;
    r->turn = r->order.next;
    r->turn_ns = now_ns;
}

/* The history moves on, so a frame that was passed is asked for at once, unless the answer began
 * behind it: what is heard may as well be the rest of an older answer, the newest FETCH being lost.
 */
static void look_at_turn(struct reach *r, const struct repair_path *path, uint64_t now_ns)
{
    if (now_ns < passed_at(r, path))
        return;
    if (r->begins && serial_newer(r->begin, r->turn))
        order_give_up(&r->order, r->begin);
    else
        r->again = true;
}

/* On a path that takes but few live frames the history comes as slowly. */
static uint64_t patience_ns(const struct packet_stream *s, const struct repair_path *path)
{
    return later(PATIENCE_NS * (s->left_out + 1u), PATIENCE_FETCHES * again_ns(path));
}

/* All that can be had is had: the history begins later, or it is silent. An outage says nothing
 * about the history. */
static void give_up(struct reach *r, const struct packet_stream *s, const struct repair_path *path,
                    uint64_t now_ns)
{
    reasm_expire(&r->past, now_ns, path->window_ns);
    if (!r->asking)
        return;
    look_at_turn(r, path, now_ns);
    if (now_ns >= r->alive_ns + OUTAGE_NS)
        r->progress_ns = now_ns;
    if (now_ns >= r->progress_ns + patience_ns(s, path) && now_ns >= quiet_from(r) + again_ns(path))
        order_give_up(&r->order, r->to + 1);
}

static void make_fetch(struct reach *r, uint32_t before, const struct packet_stream *s,
                       uint64_t now_ns, struct packet_fetch *out)
{
    /* The server is silent about what it no longer has: a longer range tells where that ends. */
    bool silent = r->asking && !r->heard;
    r->from = r->order.next;
    r->to = order_missing_run(&r->order, before, silent ? ORDER_FRAMES : BRIDGE_FRAMES);
    if (!r->asking)
        r->progress_ns = now_ns;
    r->asking = true;
    r->heard = r->begins = r->again = false;
    r->asked_ns = now_ns;
    *out = (struct packet_fetch){.boot = s->boot, .from = r->from, .to = r->to};
    reasm_announce(&r->past, 0, s->stride, r->from);
    reasm_expect(&r->past, r->from, r->to);
    repair_expect(&r->repair, r->from);
}

bool reach_next(struct reach *r, uint32_t decided, const struct packet_stream *s,
                const struct repair_path *path, uint64_t now_ns, struct packet *out,
                uint8_t *bitmap, size_t cap)
{
    if (!r->active)
        return false;
    note_turn(r, now_ns);
    give_up(r, s, path, now_ns);
    if (r->asking && (serial_newer(r->order.next, r->to) || serial_newer(r->order.floor, r->to)))
        r->asking = false; /* all of it is settled */
    uint32_t before = limit(r, decided);
    bool wants = serial_newer(before, r->order.next) && order_is_missing(&r->order, r->order.next);
    if (wants && (!r->asking || r->again || now_ns >= quiet_from(r) + again_ns(path))) {
        out->type = PACKET_FETCH;
        make_fetch(r, before, s, now_ns, &out->fetch);
        return true;
    }
    out->type = PACKET_NACK;
    return r->asking && repair_next(&r->repair, &r->past, path, now_ns, &out->nack, bitmap, cap);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t reach_deadline(const struct reach *r, uint32_t decided, const struct repair_path *path)
{
    if (!r->active)
        return UINT64_MAX;
    bool wants = serial_newer(limit(r, decided), r->order.next) &&
                 order_is_missing(&r->order, r->order.next);
    if (!r->asking)
        return wants ? 0 : UINT64_MAX;
    uint64_t at =
        earlier(quiet_from(r) + again_ns(path), repair_deadline(&r->repair, &r->past, path));
    at = earlier(at, reasm_deadline(&r->past, path->window_ns));
    return earlier(at, passed_at(r, path));
}
