/* SPDX-License-Identifier: MIT */
#include "proto/account.h"

#include <string.h>

#include "proto/serial.h"
#include "util/mono.h"

void account_init(struct account *a)
{
    memset(a, 0, sizeof *a);
}

static bool bit_get(const struct account *a, uint32_t frame)
{
    return a->decided[frame % PROTO_FRAME_WINDOW / 64] >> (frame % 64) & 1;
}

static void bit_put(struct account *a, uint32_t frame, bool yes)
{
    uint64_t *word = &a->decided[frame % PROTO_FRAME_WINDOW / 64];
    uint64_t bit = UINT64_C(1) << (frame % 64);
    *word = yes ? *word | bit : *word & ~bit;
}

static bool is_decided(const struct account *a, uint32_t frame)
{
    return serial_newer(a->next_frame, frame) ||
           (!serial_newer(frame, a->newest) && bit_get(a, frame));
}

static void tell_lost(const struct account *a, uint32_t frame, uint32_t packets)
{
    if (a->lost)
        a->lost(a->ctx, frame, packets);
}

/* Everything before limit is decided now, and the frames decided already behind it are passed. */
static void decide_to(struct account *a, uint32_t limit)
{
    while (serial_newer(limit, a->next_frame) || bit_get(a, a->next_frame)) {
        if (!bit_get(a, a->next_frame)) {
            uint32_t packets = (uint32_t)(a->fragments_per_frame + 0.5);
            a->frames_incomplete++;
            a->packets_lost += packets;
            tell_lost(a, a->next_frame, packets);
        }
        bit_put(a, a->next_frame, false);
        a->next_frame++;
    }
}

void account_restart(struct account *a)
{
    if (a->started)
        decide_to(a, a->newest);
    memset(a->decided, 0, sizeof a->decided);
    a->started = a->timed = a->marked = false;
}

static void begin(struct account *a, uint32_t frame)
{
    a->started = true;
    a->first_frame = a->next_frame = a->newest = frame;
}

/* A frame's first fragment is the sample: later ones are spread by pacing, and repairs say nothing
 * of the path's jitter. */
static void sample_jitter(struct account *a, const struct reasm_slot *s)
{
    int64_t transit = (int64_t)(s->first_ns / NS_PER_US - s->capture_us);
    if (a->timed) {
        double off = (double)(int64_t)((uint64_t)transit - (uint64_t)a->transit_us);
        a->jitter_us += ((off < 0 ? -off : off) - a->jitter_us) / 16;
    }
    a->transit_us = transit;
    a->timed = true;
}

static void add_totals(struct account *a, const struct reasm_slot *s)
{
    a->packets += s->have;
    a->packets_lost += (uint64_t)(s->count - s->have);
    a->packets_repaired += s->repaired;
    if (s->have == s->count) {
        a->frames++;
    } else {
        a->frames_incomplete++;
        tell_lost(a, s->frame, (uint32_t)(s->count - s->have));
    }
    if (a->fragments_per_frame > 0)
        a->fragments_per_frame += (s->count - a->fragments_per_frame) / 8;
    else
        a->fragments_per_frame = s->count;
}

void account_frame(struct account *a, const struct reasm_slot *s)
{
    if (!a->started)
        begin(a, s->frame);
    bool before_start = serial_newer(a->first_frame, s->frame);
    if (!before_start && is_decided(a, s->frame))
        return;
    if (s->have == s->count && !serial_newer(a->newest, s->frame))
        sample_jitter(a, s);
    add_totals(a, s);
    if (before_start)
        return;
    if (serial_newer(s->frame, a->newest))
        a->newest = s->frame;
    decide_to(a, a->newest - (PROTO_FRAME_WINDOW - 1));
    bit_put(a, s->frame, true);
    decide_to(a, a->next_frame);
}

void account_settle(struct account *a, uint32_t before, uint64_t now_ns, uint64_t window_ns)
{
    if (a->marked && now_ns >= a->mark_ns + window_ns) {
        decide_to(a, serial_newer(a->mark_frame, before) ? before : a->mark_frame);
        a->marked = false;
    }
    if (!a->started || a->marked || !serial_newer(a->newest, a->next_frame))
        return;
    a->marked = true;
    a->mark_frame = a->newest;
    a->mark_ns = now_ns;
}

void account_pass(struct account *a, uint32_t before)
{
    if (!a->started)
        return;
    if (serial_newer(before - 1, a->newest))
        a->newest = before - 1;
    decide_to(a, before);
}

void account_leave_out(struct account *a, uint32_t from, uint32_t to)
{
    if (!a->started)
        return;
    for (uint32_t n = from; serial_newer(to, n); n++) {
        if (serial_newer(a->first_frame, n) || is_decided(a, n))
            continue;
        if (serial_newer(n, a->newest))
            a->newest = n;
        decide_to(a, a->newest - (PROTO_FRAME_WINDOW - 1));
        bit_put(a, n, true);
    }
    decide_to(a, a->next_frame);
}
