/* SPDX-License-Identifier: MIT */
#include "proto/reasm.h"

#include <string.h>

#include "proto/serial.h"
#include "util/mono.h"

/* A frame's life: its first good fragment takes a slot and memory; the last one completes it and
 * hands the memory over; a newer frame that needs the slot, or silence for a window, abandons it.
 * Either way its number is remembered in done_bits, so that late duplicates do not begin it again.
 * All of this holds for numbers around the newest one only; see number_ok() for how the stream
 * gets out of a wrong idea of the newest. */

static const uint64_t SILENCE_NS = PROTO_SILENCE_MS * NS_PER_MS;

static bool bit_get(const uint64_t *bits, unsigned i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static void bit_set(uint64_t *bits, unsigned i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static void bit_clear(uint64_t *bits, unsigned i)
{
    bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static bool in_window(const struct reasm *r, uint32_t frame)
{
    int32_t d = serial_diff(frame, r->newest);
    return d > -PROTO_FRAME_WINDOW && d < PROTO_FRAME_WINDOW;
}

static bool done_get(const struct reasm *r, uint32_t frame)
{
    return !serial_newer(frame, r->newest) && bit_get(r->done_bits, frame % PROTO_FRAME_WINDOW);
}

/* Numbers that left the window share a bit with newer ones and must not be remembered. */
static void done_set(struct reasm *r, uint32_t frame)
{
    if (in_window(r, frame) && !serial_newer(frame, r->newest))
        bit_set(r->done_bits, frame % PROTO_FRAME_WINDOW);
}

void reasm_init(struct reasm *r, const struct reasm_owner *owner)
{
    memset(r, 0, sizeof *r);
    r->owner = *owner;
}

static void release(struct reasm *r, struct reasm_slot *s)
{
    r->bytes -= s->bytes;
    s->used = false;
}

static void abandon(struct reasm *r, struct reasm_slot *s)
{
    r->frames_abandoned++;
    r->fragments_missing += (uint64_t)(s->count - s->have);
    done_set(r, s->frame);
    release(r, s);
    if (r->owner.abandoned)
        r->owner.abandoned(r->owner.ctx, s);
    r->owner.give_back(r->owner.ctx, s->handle);
}

const struct reasm_slot *reasm_find(const struct reasm *r, uint32_t frame)
{
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++)
        if (r->slot[i].used && r->slot[i].frame == frame)
            return &r->slot[i];
    return NULL;
}

static struct reasm_slot *find(struct reasm *r, uint32_t frame)
{
    const struct reasm_slot *s = reasm_find(r, frame);
    return s ? &r->slot[s - r->slot] : NULL;
}

bool reasm_is_unseen(const struct reasm *r, uint32_t frame)
{
    return r->started && in_window(r, frame) && !reasm_find(r, frame) && !done_get(r, frame);
}

static const struct reasm_slot *oldest_slot(const struct reasm *r)
{
    const struct reasm_slot *best = NULL;
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++) {
        const struct reasm_slot *s = &r->slot[i];
        if (s->used && (!best || serial_newer(best->frame, s->frame)))
            best = s;
    }
    return best;
}

/* Oldest first, so that whoever counts hears of them in order. */
static void abandon_all(struct reasm *r)
{
    const struct reasm_slot *s;
    while ((s = oldest_slot(r)))
        abandon(r, &r->slot[s - r->slot]);
}

void reasm_fini(struct reasm *r)
{
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++) {
        struct reasm_slot *s = &r->slot[i];
        if (!s->used)
            continue;
        release(r, s);
        r->owner.give_back(r->owner.ctx, s->handle);
    }
}

void reasm_restart(struct reasm *r)
{
    abandon_all(r);
    memset(r->done_bits, 0, sizeof r->done_bits);
    r->started = false;
    r->restarts++;
    r->old_tier = r->tier;
}

void reasm_unannounce(struct reasm *r)
{
    r->stride = 0;
}

void reasm_announce(struct reasm *r, uint8_t tier, uint16_t stride, uint32_t next_frame)
{
    if (r->started && !in_window(r, next_frame))
        reasm_restart(r);
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++)
        if (r->slot[i].used && r->slot[i].stride != stride)
            abandon(r, &r->slot[i]);
    if (tier != r->tier) {
        r->old_tier = r->started ? r->tier : tier;
        r->tier = tier;
        r->switch_frame = next_frame;
    }
    r->stride = stride;
}

void reasm_expect(struct reasm *r, uint32_t from, uint32_t to)
{
    if (r->started && !in_window(r, from))
        reasm_restart(r);
    if (!r->started) {
        r->started = true;
        r->newest = from - 1;
    }
    for (uint32_t n = from; !serial_newer(n, to) && !serial_newer(n, r->newest); n++)
        bit_clear(r->done_bits, n % PROTO_FRAME_WINDOW);
}

/* 64-bit throughout: count and stride come from outside. */
static bool shape_ok(const struct reasm *r, const struct packet_fragment *f)
{
    uint64_t stride = r->stride, count = f->count, bytes = f->frame_bytes;
    if (count < 1 || count > PROTO_FRAGMENTS_MAX || f->index >= count)
        return false;
    if (bytes > PROTO_FRAME_BYTES_MAX || bytes <= (count - 1) * stride || bytes > count * stride)
        return false;
    bool last = f->index == count - 1;
    return f->payload_len == (last ? bytes - (count - 1) * stride : stride);
}

static bool agrees(const struct reasm_slot *s, const struct packet_fragment *f)
{
    return s->tier == f->tier && s->count == f->count && s->bytes == f->frame_bytes &&
           s->capture_us == f->capture_us;
}

static bool tier_ok(const struct reasm *r, const struct packet_fragment *f)
{
    return f->tier == r->tier ||
           (f->tier == r->old_tier && serial_newer(r->switch_frame, f->frame));
}

static void advance(struct reasm *r, uint32_t frame)
{
    for (uint32_t n = r->newest + 1; n != frame + 1; n++)
        bit_clear(r->done_bits, n % PROTO_FRAME_WINDOW);
    r->newest = frame;
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++)
        if (r->slot[i].used && !in_window(r, r->slot[i].frame))
            abandon(r, &r->slot[i]);
}

/* After an outage longer than the window every number would be foreign for ever; so would it be if
 * the very first number had been a stray one. Silence inside the window is the way out. */
static bool number_ok(struct reasm *r, uint32_t frame, uint64_t now_ns)
{
    if (r->started && !in_window(r, frame)) {
        if (now_ns - r->seen_ns < SILENCE_NS)
            return false;
        reasm_restart(r);
    }
    if (!r->started) {
        r->started = true;
        r->newest = frame;
    }
    r->seen_ns = now_ns;
    if (serial_newer(frame, r->newest))
        advance(r, frame);
    return true;
}

/* A free slot with room for so many bytes; older frames make way, newer ones do not. */
static struct reasm_slot *make_room(struct reasm *r, uint32_t frame, uint32_t bytes)
{
    for (;;) {
        struct reasm_slot *slot = NULL;
        for (unsigned i = 0; i < PROTO_REASM_FRAMES && !slot; i++)
            if (!r->slot[i].used)
                slot = &r->slot[i];
        if (slot && r->bytes + bytes <= PROTO_REASM_BYTES)
            return slot;
        const struct reasm_slot *old = oldest_slot(r);
        if (!serial_newer(frame, old->frame))
            return NULL;
        abandon(r, &r->slot[old - r->slot]);
    }
}

static struct reasm_slot *begin(struct reasm *r, const struct packet_fragment *f, uint64_t now_ns)
{
    uint8_t *data;
    void *handle;
    struct reasm_slot *s = make_room(r, f->frame, f->frame_bytes);
    if (!s || r->owner.take(r->owner.ctx, f->frame_bytes, &data, &handle) < 0)
        return NULL;
    *s = (struct reasm_slot){
        .used = true,
        .tier = f->tier,
        .frame = f->frame,
        .count = f->count,
        .stride = r->stride,
        .bytes = f->frame_bytes,
        .capture_us = f->capture_us,
        .first_ns = now_ns,
        .data = data,
        .handle = handle,
    };
    r->bytes += s->bytes;
    return s;
}

static void keep(struct reasm_slot *s, const struct packet_fragment *f, uint64_t now_ns)
{
    memcpy(s->data + (size_t)f->index * s->stride, f->payload, f->payload_len);
    bit_set(s->have_bits, f->index);
    s->have++;
    if (f->flags & FRAGMENT_REPAIR)
        s->repaired++;
    s->flags |= f->flags;
    s->last_ns = now_ns;
    if (!(f->flags & FRAGMENT_REPAIR))
        s->live_ns = now_ns;
    if (f->index > s->highest)
        s->highest = f->index;
}

static enum reasm_verdict use(struct reasm *r, const struct packet_fragment *f, uint64_t now_ns,
                              struct reasm_slot **slot)
{
    if (!r->stride)
        return REASM_FOREIGN;
    if (!shape_ok(r, f))
        return REASM_BAD;
    struct reasm_slot *s = find(r, f->frame);
    if (s && !agrees(s, f))
        return REASM_CONFLICT;
    if (!tier_ok(r, f) || !number_ok(r, f->frame, now_ns))
        return REASM_FOREIGN;
    if (!s && done_get(r, f->frame))
        return REASM_LATE;
    if (s && bit_get(s->have_bits, f->index))
        return REASM_DUPLICATE;
    if (!s && !(s = begin(r, f, now_ns)))
        return REASM_NO_MEMORY;
    keep(s, f, now_ns);
    if (s->have < s->count)
        return REASM_KEPT;
    r->frames_complete++;
    done_set(r, s->frame);
    release(r, s);
    *slot = s;
    return REASM_COMPLETE;
}

enum reasm_verdict reasm_add(struct reasm *r, const struct packet_fragment *f, uint64_t now_ns,
                             struct reasm_slot **slot)
{
    *slot = NULL;
    enum reasm_verdict v = use(r, f, now_ns, slot);
    r->count[v]++;
    return v;
}

unsigned reasm_expire(struct reasm *r, uint64_t now_ns, uint64_t window_ns)
{
    unsigned n = 0;
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++) {
        struct reasm_slot *s = &r->slot[i];
        if (!s->used || now_ns < s->last_ns + window_ns)
            continue;
        abandon(r, s);
        n++;
    }
    return n;
}

uint64_t reasm_deadline(const struct reasm *r, uint64_t window_ns)
{
    uint64_t at = UINT64_MAX;
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++)
        if (r->slot[i].used && r->slot[i].last_ns + window_ns < at)
            at = r->slot[i].last_ns + window_ns;
    return at;
}

uint32_t reasm_oldest(const struct reasm *r)
{
    const struct reasm_slot *s = oldest_slot(r);
    return s ? s->frame : r->newest + 1;
}

void reasm_give_up(struct reasm *r, uint32_t from, uint32_t to)
{
    if (!in_window(r, from)) /* what is older is foreign anyway */
        from = r->newest - (PROTO_FRAME_WINDOW - 1);
    for (uint32_t n = from; serial_newer(to, n) && !serial_newer(n, r->newest); n++)
        done_set(r, n);
}

size_t reasm_missing(const struct reasm_slot *s, uint16_t *first, uint16_t end, uint8_t *bitmap,
                     size_t cap)
{
    unsigned i = *first, stop = end < s->count ? end : s->count;
    while (i < stop && bit_get(s->have_bits, i))
        i++;
    *first = (uint16_t)i;
    if (stop > i + cap * 8)
        stop = (unsigned)(i + cap * 8);
    size_t len = 0;
    for (unsigned bit = 0; i < stop; bit++, i++) {
        if (bit % 8 == 0)
            bitmap[bit / 8] = 0;
        if (bit_get(s->have_bits, i))
            continue;
        bitmap[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        len = bit / 8 + 1;
    }
    return len;
}
