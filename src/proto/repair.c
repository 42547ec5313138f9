/* SPDX-License-Identifier: MIT */
#include "proto/repair.h"

#include <string.h>

#include "proto/serial.h"
#include "util/mono.h"

static const uint64_t AGAIN_MIN_NS = 10 * NS_PER_MS;
static const uint64_t PACING_NS = 2 * NS_PER_MS; /* between groups of one frame, with some slack */
enum { QUARTERS = 4 };

void repair_init(struct repair *p)
{
    memset(p, 0, sizeof *p);
    p->budget = REPAIR_BURST * QUARTERS;
}

void repair_restart(struct repair *p)
{
    memset(p->frame, 0, sizeof p->frame);
    p->started = false;
}

void repair_expect(struct repair *p, uint32_t from)
{
    repair_restart(p);
    p->started = true;
    p->newest = from - 1;
}

static struct repair_frame *find(struct repair *p, uint32_t frame)
{
    for (unsigned i = 0; i < REPAIR_FRAMES; i++)
        if (p->frame[i].used && p->frame[i].frame == frame)
            return &p->frame[i];
    return NULL;
}

static struct repair_frame *oldest(struct repair *p)
{
    struct repair_frame *best = NULL;
    for (unsigned i = 0; i < REPAIR_FRAMES; i++) {
        struct repair_frame *f = &p->frame[i];
        if (f->used && (!best || serial_newer(best->frame, f->frame)))
            best = f;
    }
    return best;
}

/* A place for a frame; the oldest one makes way. */
static void watch(struct repair *p, uint32_t frame, uint64_t now_ns)
{
    struct repair_frame *place = NULL;
    for (unsigned i = 0; i < REPAIR_FRAMES && !place; i++)
        if (!p->frame[i].used)
            place = &p->frame[i];
    if (!place)
        place = oldest(p);
    *place = (struct repair_frame){
        .used = true, .frame = frame, .since_ns = now_ns, .again_ns = UINT64_MAX};
}

/* Frames are sent in order: with a newer one, all of the older ones has been sent. */
static void pass(struct repair *p, uint64_t now_ns)
{
    for (unsigned i = 0; i < REPAIR_FRAMES; i++)
        if (p->frame[i].used && p->frame[i].passed_ns == 0 && p->frame[i].frame != p->newest)
            p->frame[i].passed_ns = now_ns;
}

static void note_number(struct repair *p, uint32_t frame, uint64_t now_ns)
{
    if (p->started && !serial_newer(frame, p->newest))
        return;
    uint32_t first = p->started ? p->newest + 1 : frame;
    if (serial_diff(frame, first) >= REPAIR_FRAMES)
        first = frame - (REPAIR_FRAMES - 1); /* an outage is not for repair */
    for (uint32_t n = first; n != frame + 1; n++)
        watch(p, n, now_ns);
    p->started = true;
    p->newest = frame;
    pass(p, now_ns);
}

static void note_gap(struct repair_frame *f, const struct reasm_slot *s, uint64_t now_ns)
{
    uint8_t bitmap[1];
    uint16_t first = f->asked_end;
    if (f->gap_end > f->asked_end || reasm_missing(s, &first, s->highest, bitmap, 1) == 0)
        return; /* one is waiting already, or there is none */
    f->gap_ns = now_ns;
    f->gap_end = s->highest;
}

void repair_note(struct repair *p, const struct reasm *r, const struct packet_fragment *f,
                 uint64_t now_ns)
{
    if (!(f->flags & FRAGMENT_REPAIR) && p->budget < REPAIR_BURST * QUARTERS)
        p->budget++;
    note_number(p, f->frame, now_ns);
    struct repair_frame *w = find(p, f->frame);
    const struct reasm_slot *s = reasm_find(r, f->frame);
    if (w && s)
        note_gap(w, s, now_ns);
}

/* What of a frame is to be asked for next, and when. */
struct due {
    uint64_t at_ns;
    uint16_t from, end;
    bool again;
};

static void sooner(struct due *d, uint64_t at_ns, uint16_t from, uint16_t end, bool again)
{
    if (at_ns < d->at_ns || (at_ns == d->at_ns && end > d->end))
        *d = (struct due){at_ns, from, end, again};
}

/* Of a frame of which nothing came, fragment 0 stands for all. */
static struct due due_of(const struct repair_frame *f, const struct reasm_slot *s,
                         const struct repair_path *path)
{
    struct due d = {.at_ns = UINT64_MAX};
    uint16_t count = s ? s->count : 1;
    uint16_t asked = f->asked_whole ? count : f->asked_end;
    uint64_t sent_ns = f->passed_ns ? f->passed_ns : s ? s->last_ns + PACING_NS : UINT64_MAX / 2;
    if (asked > 0)
        sooner(&d, f->again_ns, 0, asked, true);
    if (asked < count)
        sooner(&d, sent_ns + path->reorder_ns, asked, count, false);
    if (asked < f->gap_end)
        sooner(&d, f->gap_ns + path->reorder_ns, asked, f->gap_end, false);
    return d;
}

static bool in_time(const struct repair_frame *f, const struct repair_path *path, uint64_t at_ns)
{
    return at_ns + path->rtt_ns <= f->since_ns + path->window_ns;
}

static bool is_wanted(const struct repair_frame *f, const struct reasm *r)
{
    return f->used && (reasm_find(r, f->frame) || reasm_is_unseen(r, f->frame));
}

static uint32_t whole_cost(const struct repair_path *path)
{
    unsigned n = path->frame_fragments < REPAIR_BURST ? path->frame_fragments : REPAIR_BURST;
    return (n ? n : 1) * QUARTERS;
}

/* Keeps as many missing ones as the budget allows and returns how many. *bits, how far the bitmap
 * speaks, becomes less if that is not all. */
static unsigned afford(uint32_t budget, uint8_t *bitmap, size_t *len, unsigned *bits)
{
    unsigned n = 0;
    for (unsigned i = 0; i < *len * 8; i++) {
        uint8_t bit = (uint8_t)(0x80 >> i % 8);
        if (!(bitmap[i / 8] & bit))
            continue;
        if (n < budget / QUARTERS) {
            n++;
            continue;
        }
        *bits = i;
        bitmap[i / 8] &= (uint8_t) ~(bit | (bit - 1));
        *len = i / 8 + (bitmap[i / 8] != 0);
        break;
    }
    while (*len > 0 && bitmap[*len - 1] == 0)
        --*len;
    return n;
}

static void asked(struct repair *p, struct repair_frame *f, const struct repair_path *path,
                  unsigned n, uint64_t now_ns)
{
    uint64_t wait_ns = path->rtt_ns + 4 * path->rttvar_ns;
    f->again_ns = now_ns + (wait_ns > AGAIN_MIN_NS ? wait_ns : AGAIN_MIN_NS);
    p->nacks++;
    p->asked += n;
}

static void ask_whole(struct repair *p, struct repair_frame *f, const struct reasm *r,
                      const struct repair_path *path, uint64_t now_ns, struct packet_nack *out)
{
    uint32_t cost = whole_cost(path);
    p->budget -= cost;
    f->asked_whole = true;
    asked(p, f, path, cost / QUARTERS, now_ns);
    bool old = serial_newer(r->switch_frame, f->frame);
    *out = (struct packet_nack){.tier = old ? r->old_tier : r->tier, .frame = f->frame};
}

/* False: all of it came meanwhile. Where the message or the budget is too small for all, the rest
 * stays due. */
static bool ask_part(struct repair *p, struct repair_frame *f, const struct reasm_slot *s,
                     const struct repair_path *path, uint64_t now_ns, struct packet_nack *out,
                     uint8_t *bitmap, size_t cap)
{
    struct due d = due_of(f, s, path);
    uint16_t first = d.from;
    size_t len = reasm_missing(s, &first, d.end, bitmap, cap);
    unsigned bits = (unsigned)cap * 8;
    unsigned n = afford(p->budget, bitmap, &len, &bits);
    uint16_t end = first + bits < d.end ? (uint16_t)(first + bits) : d.end;
    f->asked_whole = false;
    f->asked_end = end;
    if (n == 0) {
        if (d.again)
            f->again_ns = UINT64_MAX;
        return false;
    }
    p->budget -= n * QUARTERS;
    asked(p, f, path, n, now_ns);
    *out = (struct packet_nack){.tier = s->tier,
                                .frame = f->frame,
                                .first = first,
                                .bytes = (uint16_t)len,
                                .bitmap = bitmap};
    return true;
}

static bool affordable(const struct repair *p, const struct reasm_slot *s,
                       const struct repair_path *path)
{
    return p->budget >= (s ? QUARTERS : whole_cost(path));
}

/* Frames that are whole, given up or too late leave; of the others the oldest one that is due. */
static struct repair_frame *choose(struct repair *p, const struct reasm *r,
                                   const struct repair_path *path, uint64_t now_ns)
{
    struct repair_frame *best = NULL;
    for (unsigned i = 0; i < REPAIR_FRAMES; i++) {
        struct repair_frame *f = &p->frame[i];
        const struct reasm_slot *s = reasm_find(r, f->frame);
        f->used = is_wanted(f, r) && in_time(f, path, now_ns);
        if (!f->used || !affordable(p, s, path) || due_of(f, s, path).at_ns > now_ns)
            continue;
        if (!best || serial_newer(best->frame, f->frame))
            best = f;
    }
    return best;
}

bool repair_next(struct repair *p, const struct reasm *r, const struct repair_path *path,
                 uint64_t now_ns, struct packet_nack *out, uint8_t *bitmap, size_t cap)
{
    struct repair_frame *f;
    while ((f = choose(p, r, path, now_ns))) {
        const struct reasm_slot *s = reasm_find(r, f->frame);
        if (!s) {
            ask_whole(p, f, r, path, now_ns, out);
            return true;
        }
        if (ask_part(p, f, s, path, now_ns, out, bitmap, cap))
            return true;
    }
    return false;
}

uint64_t repair_deadline(const struct repair *p, const struct reasm *r,
                         const struct repair_path *path)
{
    uint64_t at = UINT64_MAX;
    for (unsigned i = 0; i < REPAIR_FRAMES; i++) {
        const struct repair_frame *f = &p->frame[i];
        const struct reasm_slot *s = reasm_find(r, f->frame);
        if (!is_wanted(f, r) || !affordable(p, s, path))
            continue;
        struct due d = due_of(f, s, path);
        if (d.at_ns < at && in_time(f, path, d.at_ns))
            at = d.at_ns;
    }
    return at;
}
