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

static bool is_as_announced(const struct frame *f, const struct packet_stream *s)
{
    struct mjpeg_info info;

    return mjpeg_probe(f->data, f->len, &info) == 0 && info.width == s->width &&
           info.height == s->height;
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
        note_latency(r, (double)((int64_t)f->arrival_us - (int64_t)ours) / 1000.0);
    }
    f->wall_us = wallclock_us(&r->wallclock, f->capture_us,
                              (int64_t)ours - (int64_t)f->capture_us + gap, &stepped);
    f->discontinuity |= stepped;
}

void native_frame(struct receiver *r, const struct talk_client *t, const struct reasm_slot *slot,
                  uint64_t now_ns)
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
        return;
    }
    f->width = t->stream.width;
    f->height = t->stream.height;
    set_times(r, &t->clock, f);
    feed_frame(r, f, now_ns);
}

void native_counters(struct receiver *r, const struct talk_client *t)
{
    const struct account *a = &t->account;

    struct receiver_status *s = feed_lock(r);
    s->frames = a->frames;
    s->frames_incomplete = a->frames_incomplete;
    s->packets = a->packets;
    s->packets_lost = a->packets_lost;
    s->packets_repaired = a->packets_repaired;
    if (a->frames > 1)
        s->jitter_ms = a->jitter_us / 1000.0;
    if (clocksync_known(&t->clock))
        s->rtt_ms = (double)t->clock.rtt_us / 1000.0;
    feed_unlock(r);
}
