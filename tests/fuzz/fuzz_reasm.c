/* SPDX-License-Identifier: MIT */
/* Reassembly and accounting under any sequence of fragments, announcements and times. The input is
 * a list of steps, each an opcode and its operands, big-endian:
 *   'f' frame+ index count bytes            a fragment that fits the stride announced last
 *   'r' frame index count bytes time tier flags payload_len    a fragment of any shape
 *   'a' tier stride next_frame+             STREAM
 *   's' 'u'                                 restart, unannounce
 *   't' ms                                  time passes, expiry, settling
 * frame+ is added to the newest number. What must hold is checked after every step; bitmaps and
 * bytes less often or less closely, for every comparison in a loop costs a fuzzer time. */
#include <stdlib.h>
#include <string.h>

#include "proto/account.h"
#include "proto/frag.h"
#include "proto/reasm.h"
#include "proto/wire.h"
#include "util/mono.h"

enum { SMALL_FRAME = 16 * 1024, BITMAP_EVERY = 8 };
static const uint64_t WINDOW_NS = 200 * NS_PER_MS;

static struct reasm r;
static struct account a;
static uint64_t now_ns, restarts, taken, given, adds;
static uint32_t touched; /* the newest step's frame */

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = malloc(bytes); /* exactly so many, for the sanitizer's sake */
    if (!*data)
        return -1;
    taken++;
    return 0;
}

static void give_back(void *ctx, void *handle)
{
    free(handle);
    given++;
}

static void abandoned(void *ctx, const struct reasm_slot *slot)
{
    MUST(slot->have < slot->count);
    account_frame(&a, slot);
}

static void follow_restart(void)
{
    if (restarts == r.restarts)
        return;
    restarts = r.restarts;
    account_restart(&a);
}

static unsigned ones(const uint8_t *bytes, size_t len)
{
    unsigned n = 0;
    for (size_t i = 0; i < len; i++)
        n += (unsigned)__builtin_popcount(bytes[i]);
    return n;
}

static void check_bitmap(const struct reasm_slot *s)
{
    uint8_t bitmap[PROTO_NACK_BITMAP_MAX];
    uint16_t first = 0;
    size_t len = reasm_missing(s, &first, s->count, bitmap, sizeof bitmap);
    MUST(len > 0 && bitmap[0] & 0x80 && bitmap[len - 1]);
    MUST(ones(bitmap, len) == (unsigned)(s->count - s->have));
}

static void check_slot(const struct reasm_slot *s)
{
    int32_t behind = (int32_t)(r.newest - s->frame);
    MUST(s->count >= 1 && s->count <= PROTO_FRAGMENTS_MAX);
    MUST(s->have >= 1 && s->have < s->count && s->repaired <= s->have && s->highest < s->count);
    MUST(s->bytes <= PROTO_FRAME_BYTES_MAX && s->first_ns <= s->last_ns && s->last_ns <= now_ns);
    MUST(behind >= 0 && behind < PROTO_FRAME_WINDOW);
    if (s->frame == touched && adds % BITMAP_EVERY == 0)
        check_bitmap(s);
}

static void check(void)
{
    size_t bytes = 0;
    unsigned used = 0, same = 0;
    uint64_t verdicts = 0;
    for (unsigned i = 0; i < PROTO_REASM_FRAMES; i++) {
        if (!r.slot[i].used)
            continue;
        check_slot(&r.slot[i]);
        same += r.slot[i].frame == touched;
        bytes += r.slot[i].bytes;
        used++;
    }
    for (unsigned i = 0; i < REASM_VERDICTS; i++)
        verdicts += r.count[i];
    MUST(verdicts == adds && same <= 1);
    MUST(r.bytes == bytes && bytes <= PROTO_REASM_BYTES);
    MUST(taken == given + used);
    MUST((used > 0) == (reasm_deadline(&r, WINDOW_NS) != UINT64_MAX));
    MUST(a.frames == r.frames_complete && a.frames_incomplete >= r.frames_abandoned);
    MUST(a.packets_lost >= r.fragments_missing && a.packets_repaired <= a.packets);
}

/* Every byte was written, each piece in its place: valgrind and msan tell as well. */
static void check_bytes(const struct reasm_slot *s)
{
    for (uint32_t at = 0, i = 0; at < s->bytes; at += s->stride, i++) {
        uint32_t len = s->bytes - at < s->stride ? s->bytes - at : s->stride;
        MUST(s->data[at] == (uint8_t)(s->frame + i));
        MUST(memcmp(s->data + at, s->data + at + 1, len - 1) == 0); /* all alike */
    }
}

static void add(const struct packet_fragment *f)
{
    struct reasm_slot *slot;
    adds++;
    touched = f->frame;
    enum reasm_verdict v = reasm_add(&r, f, now_ns, &slot);
    follow_restart();
    MUST((v == REASM_COMPLETE) == (slot != NULL));
    if (!slot)
        return;
    MUST(slot->have == slot->count && slot->frame == f->frame);
    check_bytes(slot);
    account_frame(&a, slot);
    give_back(NULL, slot->handle);
}

static const uint8_t *payload(uint32_t frame, uint16_t index, size_t len)
{
    static uint8_t bytes[UINT16_MAX];
    memset(bytes, (uint8_t)(frame + index), len);
    return bytes;
}

static void step_fragment(struct wire_in *w)
{
    struct packet_fragment f = {.tier = r.tier};
    f.frame = r.newest + (uint32_t)(int16_t)wire_u16(w);
    f.index = wire_u16(w);
    f.frame_bytes = wire_u32(w);
    if (f.frame_bytes > PROTO_FRAME_BYTES_MAX)
        f.frame_bytes %= SMALL_FRAME; /* memory for large ones takes most of a run's time */
    f.count = r.stride ? frag_count(f.frame_bytes, r.stride) : 0;
    f.index = f.count ? f.index % f.count : f.index;
    f.payload_len = f.count ? frag_len(f.frame_bytes, r.stride, f.index) : 0;
    f.payload = payload(f.frame, f.index, f.payload_len);
    add(&f);
}

static void step_raw(struct wire_in *w)
{
    struct packet_fragment f;
    f.frame = wire_u32(w);
    f.index = wire_u16(w);
    f.count = wire_u16(w);
    f.frame_bytes = wire_u32(w);
    f.capture_us = wire_u8(w);
    f.tier = wire_u8(w);
    f.flags = wire_u8(w);
    f.payload_len = wire_u16(w);
    f.payload = payload(f.frame, f.index, f.payload_len);
    add(&f);
}

static void step_announce(struct wire_in *w)
{
    uint8_t tier = wire_u8(w);
    uint16_t stride = wire_u16(w);
    reasm_announce(&r, tier, stride ? stride : 1, r.newest + (uint32_t)(int16_t)wire_u16(w));
    follow_restart();
}

static void step_time(struct wire_in *w)
{
    now_ns += wire_u16(w) * NS_PER_MS;
    reasm_expire(&r, now_ns, WINDOW_NS);
    MUST(reasm_deadline(&r, WINDOW_NS) > now_ns);
    uint32_t from = a.next_frame;
    account_settle(&a, reasm_oldest(&r), now_ns, WINDOW_NS);
    if (a.started)
        reasm_give_up(&r, from, a.next_frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_in w = wire_in(data, size);
    reasm_init(&r, &(struct reasm_owner){NULL, take, give_back, abandoned});
    account_init(&a);
    now_ns = NS_PER_S;
    restarts = taken = given = adds = 0;
    while (wire_left(&w) > 0 && !w.bad) {
        switch (wire_u8(&w)) {
        case 'f':
            step_fragment(&w);
            break;
        case 'r':
            step_raw(&w);
            break;
        case 'a':
            step_announce(&w);
            break;
        case 's':
            reasm_restart(&r);
            follow_restart();
            break;
        case 'u':
            reasm_unannounce(&r);
            break;
        case 't':
            step_time(&w);
            break;
        default:
            break;
        }
        check();
    }
    reasm_fini(&r);
    MUST(taken == given);
    return 0;
}
