/* SPDX-License-Identifier: MIT */
#include "receive/native_frames.h"

#include <math.h>

#include "media/mjpeg_probe.h"
#include "util/mono.h"

/* Capture clocks stay far below this (2283 years), so times can be added without care. */
#define CAPTURE_MASK ((UINT64_C(1) << 56) - 1)
enum { LATENCY_WEIGHT = 16 }; /* of the past in the smoothed latency */

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    struct receiver *r = ctx;
    struct frame *f;

    int err = frame_new(r->pool, bytes, &f);
    if (err < 0)
        return err;
    *data = f->data;
    *handle = f;
    return 0;
}

static void give_back(void *ctx, void *handle)
{
    frame_drop(handle);
}

struct reasm_owner native_memory(struct receiver *r)
{
    return (struct reasm_owner){.ctx = r, .take = take, .give_back = give_back};
}

/* Frames of another tier than STREAM's are the last ones before a switch, or of the history. */
static void announced_size(const struct packet_stream *s, struct frame *f)
{
    unsigned round = (1u << f->tier) - 1;
    bool current = f->tier == s->tier;

    f->width = current ? s->width : (uint16_t)((s->full_width + round) >> f->tier);
    f->height = current ? s->height : (uint16_t)((s->full_height + round) >> f->tier);
}

static bool is_as_announced(struct frame *f, const struct packet_stream *s)
{
    struct mjpeg_info info;

    announced_size(s, f);
    return mjpeg_probe(f->data, f->len, &info) == 0 && info.width == f->width &&
           info.height == f->height;
}

static void note_latency(struct receiver *r, double ms)
{
    struct receiver_status *s = feed_lock(r);
    if (isnan(s->latency_ms))
        s->latency_ms = ms;
    else
        s->latency_ms += (ms - s->latency_ms) / LATENCY_WEIGHT;
    feed_unlock(r);
}

/* Before the clocks are compared, a frame was captured when it arrived, as far as anybody knows. */
static void set_times(struct receiver *r, const struct clocksync *clock, struct frame *f)
{
    int64_t gap = wallclock_gap_us();
    uint64_t ours = f->arrival_us;
    bool stepped;

    if (clocksync_known(clock)) {
        ours = clocksync_ours(clock, f->capture_us) & CAPTURE_MASK;
        if (!f->history)
            note_latency(r, (double)((int64_t)f->arrival_us - (int64_t)ours) / 1000.0);
    }
    f->wall_us = wallclock_us(&r->wallclock, f->capture_us,
                              (int64_t)ours - (int64_t)f->capture_us + gap, &stepped);
    f->discontinuity |= stepped;
}

struct frame *native_frame(struct receiver *r, const struct talk_client *t,
                           const struct reasm_slot *slot, bool keep, uint64_t now_ns)
{
    struct frame *f = slot->handle;

    f->len = slot->bytes;
    f->format = FRAME_JPEG;
    f->tier = slot->tier;
    f->history = slot->flags & FRAGMENT_HISTORY;
    f->number = slot->frame;
    f->capture_us = slot->capture_us & CAPTURE_MASK;
    f->arrival_us = now_ns / NS_PER_US;
    if (!is_as_announced(f, &t->stream)) {
        feed_lock(r)->frames_rejected++;
        feed_unlock(r);
        frame_unref(&f);
        return NULL;
    }
    set_times(r, &t->clock, f);
    struct frame *kept = keep ? frame_ref(f) : NULL;
    if (keep && (f->history || !feed_is_newest(r, f->number)))
        frame_unref(&f); /* only for its turn */
    else
        feed_frame(r, f, now_ns);
    return kept;
}

void native_counters(struct receiver *r, const struct talk_client *t)
{
    const struct talk_totals n = talk_client_totals(t);

    struct receiver_status *s = feed_lock(r);
    s->frames = n.frames;
    s->frames_incomplete = n.frames_incomplete;
    s->packets = n.packets;
    s->packets_lost = n.packets_lost;
    s->packets_repaired = n.packets_repaired;
    s->frames_given_up = n.frames_given_up;
    if (n.frames > 1)
        s->jitter_ms = t->account.jitter_us / 1000.0;
    if (clocksync_known(&t->clock))
        s->rtt_ms = (double)t->clock.rtt_us / 1000.0;
    feed_unlock(r);
}
