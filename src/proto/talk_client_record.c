/* SPDX-License-Identifier: MIT */
#include "proto/serial.h"
#include "proto/talk_client_impl.h"
#include "util/mono.h"

/* A recording waits until STREAM says that the full tier comes, begins so many frames before it as
 * the time asked for holds, and ends at the frame that was newest when its end was asked for. A
 * still picture is a recording of one frame that only the history brings. */

static const uint64_t END_NS = 20 * NS_PER_S;
enum {
    PACE_FRAMES = 8,           /* measured over so many at least */
    INTERVAL_GUESS_US = 33333, /* nobody told the rate, nor has it been measured */
    SLACK_FRAMES = 2,
    SLACK = 16 /* more are fetched: 2, and a sixteenth */
};

static void lost(void *ctx, uint32_t frame, uint32_t packets)
{
    struct talk_client *t = ctx;
    if (t->reach.active)
        order_owe(&t->reach.order, frame, packets);
}

void record_init(struct talk_client *t)
{
    reach_init(&t->reach, &t->owner.memory);
    t->account.lost = lost;
    t->account.ctx = t;
}

/* Live media has had its chance before this number. */
static uint32_t decided(const struct talk_client *t)
{
    return t->account.started ? t->account.next_frame : t->reach.live_from;
}

static void over(struct talk_client *t)
{
    t->record = TALK_RECORD_OFF;
    reach_stop(&t->reach);
    t->owner.on_record(t->owner.ctx, NULL);
}

static void deliver(struct talk_client *t)
{
    void *handle;
    while ((handle = reach_take(&t->reach)))
        t->owner.on_record(t->owner.ctx, handle);
    if (t->record == TALK_RECORD_ENDS && reach_is_over(&t->reach))
        over(t);
}

void talk_client_flush(struct talk_client *t)
{
    void *handle;
    while ((handle = reach_take_any(&t->reach)))
        t->owner.on_record(t->owner.ctx, handle);
}

/* How many frames a time holds. */
static uint32_t frames_in(const struct talk_client *t, uint64_t us)
{
    uint64_t interval_us = t->interval_us;
    if (interval_us == 0 && t->stream.millihertz)
        interval_us = UINT64_C(1000000000) / t->stream.millihertz;
    if (interval_us == 0)
        interval_us = INTERVAL_GUESS_US;
    uint64_t n = us / interval_us;
    n += n / SLACK + SLACK_FRAMES;
    return n < ORDER_FRAMES / 2 ? (uint32_t)n : ORDER_FRAMES / 2;
}

static uint32_t live_from(const struct talk_client *t)
{
    uint32_t next = t->reasm.newest + 1;
    return t->reasm.started && serial_newer(next, t->stream.next_frame) ? next
                                                                        : t->stream.next_frame;
}

/* Full size has come: the recording begins. */
static void begin(struct talk_client *t, uint64_t now_ns)
{
    uint32_t live = live_from(t), from = live;
    uint64_t least_us = 0;
    if (t->back_us > 0) {
        from -= frames_in(t, t->back_us + (now_ns - t->record_ns) / NS_PER_US);
        if (clocksync_known(&t->clock))
            least_us = t->record_ns / NS_PER_US + (uint64_t)t->clock.offset_us - t->back_us;
    }
    reach_start(&t->reach, from, live, least_us);
    t->record = TALK_RECORD_ON;
}

static bool is_full(const struct talk_client *t)
{
    return t->connected && t->streaming && t->stream.tier == 0;
}

void talk_client_record(struct talk_client *t, uint64_t back_ms, uint64_t now_ns)
{
    if (t->record != TALK_RECORD_OFF) {
        talk_client_flush(t);
        over(t);
    }
    t->record = TALK_RECORD_WAITS;
    t->record_ns = now_ns;
    t->back_us = back_ms * 1000;
    if (is_full(t))
        begin(t, now_ns);
}

void talk_client_record_end(struct talk_client *t, uint64_t now_ns)
{
    if (t->record == TALK_RECORD_OFF || t->record == TALK_RECORD_ENDS)
        return;
    bool waits = t->record == TALK_RECORD_WAITS;
    t->record = TALK_RECORD_ENDS;
    t->end_by_ns = now_ns + END_NS;
    if (waits || !t->connected) {
        talk_client_flush(t);
        over(t);
        return;
    }
    reach_end_at(&t->reach, live_from(t));
    deliver(t);
}

void talk_client_still(struct talk_client *t, uint64_t now_ns)
{
    if (t->record != TALK_RECORD_OFF)
        return;
    t->record = TALK_RECORD_ENDS;
    if (!t->connected || !t->answered || !t->reasm.started) {
        over(t);
        return;
    }
    uint32_t newest = t->reasm.newest;
    reach_start(&t->reach, newest, newest + 1, 0);
    reach_end_at(&t->reach, newest + 1);
    t->end_by_ns = now_ns + END_NS;
}

void record_restart(struct talk_client *t)
{
    t->interval_us = t->pace_us = 0;
    if (!t->reach.active)
        return;
    talk_client_flush(t);
    if (t->record == TALK_RECORD_ENDS) {
        over(t);
        return;
    }
    reach_stop(&t->reach);
    t->record = TALK_RECORD_WAITS;
    t->back_us = 0;
}

void record_stream(struct talk_client *t, uint64_t now_ns)
{
    if (t->record == TALK_RECORD_WAITS && is_full(t))
        begin(t, now_ns);
}

static void measure_interval(struct talk_client *t, const struct reasm_slot *s)
{
    int32_t n = serial_diff(s->frame, t->pace_frame);
    if (t->pace_us && n > 0 && n < PACE_FRAMES)
        return;
    if (t->pace_us && n > 0 && n < PROTO_FRAME_WINDOW && s->capture_us > t->pace_us)
        t->interval_us = (s->capture_us - t->pace_us) / (uint32_t)n;
    t->pace_frame = s->frame;
    t->pace_us = s->capture_us;
}

/* A frame's turn is when all before it came. One that went far ahead makes older ones give way. */
static void put(struct talk_client *t, const struct reasm_slot *slot, void *handle)
{
    enum order_verdict v;
    while ((v = reach_put(&t->reach, slot->frame, slot->capture_us, handle, slot->bytes)) ==
           ORDER_FAR)
        deliver(t);
    if (v != ORDER_TAKEN)
        t->owner.memory.give_back(t->owner.memory.ctx, handle);
    deliver(t);
}

void record_whole(struct talk_client *t, const struct reasm_slot *slot, uint64_t now_ns)
{
    bool keep =
        t->reach.active && slot->tier == 0 && !serial_newer(t->reach.order.next, slot->frame);
    if (!(slot->flags & FRAGMENT_HISTORY))
        measure_interval(t, slot);
    void *handle = t->owner.on_frame(t->owner.ctx, slot, keep, now_ns);
    if (handle)
        put(t, slot, handle);
    else if (keep)
        order_leave_out(&t->reach.order, slot->frame, slot->frame + 1);
}

bool record_fragment(struct talk_client *t, const struct packet_fragment *f, uint64_t now_ns)
{
    struct reasm_slot *slot;
    if (!reach_wants(&t->reach, f, decided(t)))
        return false;
    if (reach_add(&t->reach, f, now_ns, &slot) == REASM_COMPLETE)
        record_whole(t, slot, now_ns);
    return true;
}

void record_step(struct talk_client *t, uint64_t now_ns)
{
    if (!t->reach.active)
        return;
    if (t->record == TALK_RECORD_ENDS && (now_ns >= t->end_by_ns || !t->connected)) {
        talk_client_flush(t);
        over(t);
        return;
    }
    deliver(t);
}

bool record_next(struct talk_client *t, uint64_t now_ns, size_t cap, struct packet *p)
{
    struct repair_path path = talk_client_path(t);
    if (!t->reach.active || cap <= PACKET_NACK_HEADER)
        return false;
    cap -= PACKET_NACK_HEADER;
    t->reach.alive_ns = t->heard_ns;
    bool says = reach_next(&t->reach, decided(t), &t->stream, &path, now_ns, p, t->bitmap,
                           cap < sizeof t->bitmap ? cap : sizeof t->bitmap);
    deliver(t); /* what waited for frames that were given up */
    return says;
}

uint64_t record_deadline(const struct talk_client *t)
{
    struct repair_path path = talk_client_path(t);
    uint64_t at = reach_deadline(&t->reach, decided(t), &path);
    return t->record == TALK_RECORD_ENDS && t->end_by_ns < at ? t->end_by_ns : at;
}

struct talk_totals talk_client_totals(const struct talk_client *t)
{
    const struct account *a = &t->account;
    const struct order *o = &t->reach.order;
    return (struct talk_totals){
        .frames = a->frames + o->paid_frames,
        .frames_incomplete = a->frames_incomplete - o->paid_frames - o->owed_frames,
        .packets = a->packets + o->paid,
        .packets_lost = a->packets_lost - o->paid - o->owed,
        .packets_repaired = a->packets_repaired + o->paid,
        .frames_given_up = o->given_up,
    };
}
