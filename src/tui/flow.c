/* SPDX-License-Identifier: MIT */
#include "tui/flow.h"

#include "util/mono.h"

enum {
    PROBE_EVERY_S = 10,
    DRAIN_MS = 300, /* beside twice the way */
    LOST_S = 15,    /* an answer that has not come by then never will */
    BURST_MS = 100, /* of a capped rate */
    SLICE_MS = 25,  /* of what the link takes */
    SLICE_LEAST = 768,
    SLICE_MOST = 48 * 1024,
    SPAN_MS = 30,       /* of a sample at least: answers come late by chance … */
    MORE_SPAN_MS = 90,  /* … and of one that says the link takes more */
    MORE_SOON_MS = 400, /* two that say so count when they are no further apart */
    STILL_MS = 300,     /* beside twice as long as foreseen: it stood still */
    QUIET_MS = 200,     /* beside twice the way, without an answer: the last one has come */
};

/* Sending a little faster than what arrives finds out whether more would. */
static const double GAIN = 1.25;

void flow_init(struct flow *f, size_t cap)
{
    *f = (struct flow){.window = FLOW_FIRST_BYTES, .cap = cap};
    f->tokens = (double)cap * BURST_MS / 1000;
}

void flow_set_mode(struct flow *f, enum flow_mode mode)
{
    f->mode = mode;
}

bool flow_asks(const struct flow *f)
{
    return f->mode != FLOW_SILENT && !f->strays && f->requests < FLOW_REQUESTS;
}

static void refill(struct flow *f, uint64_t now_ns)
{
    double most = (double)f->cap * BURST_MS / 1000;
    if (f->tokens_ns) {
        f->tokens += (double)f->cap * (double)(now_ns - f->tokens_ns) / NS_PER_S;
    }
    f->tokens = f->tokens < most ? f->tokens : most;
    f->tokens_ns = now_ns;
}

/* Bytes a second. */
static double rate(const struct flow *f)
{
    double bytes = 0, seconds = 0;
    for (unsigned i = 0; i < FLOW_SAMPLES && i < f->samples; i++) {
        bytes += f->sample[i].bytes;
        seconds += f->sample[i].seconds;
    }
    return seconds > 0 ? bytes / seconds : 0;
}

void flow_on_sent(struct flow *f, size_t bytes, uint64_t now_ns)
{
    f->sent += bytes;
    if (f->samples) {
        f->free_ns = f->free_ns > now_ns ? f->free_ns : now_ns;
        f->free_ns += (uint64_t)((double)bytes * NS_PER_S / (rate(f) * GAIN));
    }
    if (f->cap) {
        refill(f, now_ns);
        f->tokens -= (double)bytes;
    }
}

void flow_on_request(struct flow *f, uint64_t now_ns)
{
    if (f->requests == FLOW_REQUESTS) {
        return;
    }
    bool alone = f->requests == 0 && f->sent - f->delivered < SLICE_LEAST / 2;
    f->request[(f->first + f->requests) % FLOW_REQUESTS] =
        (struct flow_request){.at_ns = now_ns, .sent = f->sent, .alone = alone};
    f->requests++;
    if (f->strays) {
        f->probe_ns = now_ns + PROBE_EVERY_S * NS_PER_S; /* that was the one */
    }
}

/* One that says the link takes more counts when another soon says so too, and then the lesser: an
 * answer that was held up makes the time to the next one short. */
static void add_sample(struct flow *f, struct flow_sample s, bool at_least, uint64_t now_ns)
{
    bool more = at_least && s.bytes > rate(f) * s.seconds;
    if (more && f->samples) {
        struct flow_sample before = f->more;
        bool soon = f->more_ns && now_ns - f->more_ns < MORE_SOON_MS * NS_PER_MS;
        f->more = s;
        f->more_ns = now_ns;
        if (!soon) {
            return;
        }
        s = before.bytes * s.seconds < s.bytes * before.seconds ? before : s;
    }
    if (more || !at_least) {
        f->samples = more ? 0 : f->samples;
        f->sample[f->samples++ % FLOW_SAMPLES] = s;
    }
}

/* Two requests that were on their way together are answered as far apart as the far end needs for
 * what lies between: that is its rate, unless they were sent as far apart. Then, and for one that
 * went alone, it takes at least as much as came through. Where little was sent that says nothing,
 * nor does a short time: an answer that was held up and the next one come close together. */
static void take_sample(struct flow *f, const struct flow_request *r, uint64_t now_ns)
{
    bool together = f->last_answer_ns && (r->at_ns < f->last_answer_ns || f->put_off);
    uint64_t apart = now_ns - (together ? f->last_answer_ns : r->at_ns);
    uint64_t bytes = r->sent - f->counted;
    bool at_least = !together || apart <= r->at_ns - f->last_at_ns;
    unsigned span_ms = at_least ? MORE_SPAN_MS : SPAN_MS;
    f->put_off = together && apart < span_ms * NS_PER_MS && f->samples;
    if (f->put_off) {
        return;
    }
    f->counted = r->sent;
    struct flow_sample s = {(double)bytes, (double)(apart ? apart : 1) / NS_PER_S};
    if (bytes >= SLICE_LEAST / 2) {
        add_sample(f, s, at_least, now_ns);
    }
    f->last_answer_ns = now_ns;
    f->last_at_ns = r->at_ns;
}

static void take_way(struct flow *f, const struct flow_request *r, uint64_t now_ns)
{
    uint64_t way = now_ns - r->at_ns;
    if (r->alone || !f->way_ns || way < f->way_ns) {
        f->way_ns = way ? way : 1;
    }
    if (r->alone) {
        f->probe_ns = now_ns + PROBE_EVERY_S * NS_PER_S;
    }
}

/* All up to there has been delivered, and the time it took does not count. */
static void leave_out(struct flow *f, uint64_t delivered, uint64_t now_ns)
{
    f->put_off = false;
    f->last_answer_ns = now_ns;
    f->delivered = f->counted = delivered;
    f->free_ns = now_ns;
}

/* A terminal that took nothing for a while says nothing of how fast it goes on. If it seems to be
 * so twice, the link has become slow. */
static bool stood_still(const struct flow *f, const struct flow_request *r, uint64_t now_ns)
{
    bool together = r->at_ns < f->last_answer_ns;
    double took = (double)(now_ns - (together ? f->last_answer_ns : r->at_ns)) / NS_PER_S;
    if (!f->samples) {
        return false;
    }
    double foreseen = (double)(r->sent - f->delivered) / rate(f);
    foreseen += together ? 0 : (double)f->way_ns / NS_PER_S;
    return took > 2 * foreseen + STILL_MS / 1000.0;
}

/* No answer since then, with none to come: all have come. */
static uint64_t quiet_at(const struct flow *f)
{
    return f->last_answer_ns + 2 * f->way_ns + QUIET_MS * NS_PER_MS;
}

static void size_window(struct flow *f)
{
    double bytes = rate(f) * ((double)f->way_ns / NS_PER_S + FLOW_QUEUE_MS / 1000.0);
    f->window = bytes < FLOW_LEAST_BYTES  ? FLOW_LEAST_BYTES
                : bytes > FLOW_MOST_BYTES ? FLOW_MOST_BYTES
                                          : (size_t)bytes;
}

void flow_on_answer(struct flow *f, uint64_t now_ns)
{
    if (!f->requests || f->strays) {
        f->requests = 0;
        f->last_answer_ns = now_ns;
        return;
    }
    const struct flow_request *r = &f->request[f->first];
    bool still = stood_still(f, r, now_ns);
    if (still && !f->stood_still) {
        leave_out(f, r->sent, now_ns);
        f->last_at_ns = r->at_ns;
    } else {
        f->samples = still ? 0 : f->samples;
        take_sample(f, r, now_ns);
        take_way(f, r, now_ns);
    }
    f->stood_still = still;
    f->delivered = r->sent;
    f->first = (f->first + 1) % FLOW_REQUESTS;
    f->requests--;
    f->mode = FLOW_ANSWERS;
    if (f->samples) {
        size_window(f);
    }
}

/* Answers that are very late may be lost, where something between swallows them, or come all at
 * once later, from a terminal that stood still. So one more request is sent, and when no more
 * answers come, none is missing any more. */
static void await_strays(struct flow *f, uint64_t now_ns)
{
    if (f->requests && now_ns - f->request[f->first].at_ns > LOST_S * NS_PER_S) {
        f->requests = 0;
        f->strays = true;
        f->probe_ns = now_ns;
        leave_out(f, f->sent, now_ns);
    } else if (f->strays && !f->requests && now_ns > quiet_at(f)) {
        f->strays = false;
        leave_out(f, f->sent, now_ns);
    }
}

double flow_rate(const struct flow *f)
{
    double known = f->mode == FLOW_ANSWERS ? rate(f) : 0;
    return f->cap && (known == 0 || known > (double)f->cap) ? (double)f->cap : known;
}

static size_t on_the_way(const struct flow *f)
{
    return (size_t)(f->sent - f->delivered);
}

bool flow_wants_probe(const struct flow *f, uint64_t now_ns)
{
    return f->mode != FLOW_SILENT && !f->requests && now_ns >= f->probe_ns;
}

bool flow_behind(const struct flow *f)
{
    return f->mode == FLOW_ANSWERS && on_the_way(f) > f->window;
}

static size_t slice_most(const struct flow *f)
{
    double bytes = rate(f) * SLICE_MS / 1000;
    return bytes < SLICE_LEAST ? SLICE_LEAST : bytes > SLICE_MOST ? SLICE_MOST : (size_t)bytes;
}

static bool paced(const struct flow *f, uint64_t now_ns)
{
    return f->samples && f->free_ns > now_ns + FLOW_QUEUE_MS * NS_PER_MS / 2;
}

/* The way is left to drain; not for long, where text goes out all the time. */
static bool drains(struct flow *f, uint64_t now_ns)
{
    if (f->mode != FLOW_ANSWERS || !f->requests || now_ns < f->probe_ns) {
        return false;
    }
    if (now_ns > f->probe_ns + 2 * f->way_ns + DRAIN_MS * NS_PER_MS) {
        f->probe_ns = now_ns + PROBE_EVERY_S * NS_PER_S;
        return false;
    }
    return true;
}

size_t flow_room(struct flow *f, uint64_t now_ns)
{
    size_t slice = SLICE_MOST;
    if (f->cap) {
        refill(f, now_ns);
        if (f->tokens <= 0) {
            return 0;
        }
        slice = (size_t)f->tokens + 1;
    }
    if (f->mode == FLOW_SILENT) {
        return slice;
    }
    await_strays(f, now_ns);
    if (f->strays || drains(f, now_ns) || paced(f, now_ns) || on_the_way(f) >= f->window ||
        f->requests == FLOW_REQUESTS) {
        return 0;
    }
    size_t room = f->window - on_the_way(f), most = slice_most(f);
    most = most < slice ? most : slice;
    if (room < most && room < SLICE_LEAST) {
        return 0; /* a sequence is longer */
    }
    return room < most ? room : most;
}

uint64_t flow_deadline(const struct flow *f, uint64_t now_ns)
{
    uint64_t at = UINT64_MAX;
    if (f->cap && f->tokens <= 0) {
        at = now_ns + (uint64_t)((1 - f->tokens) * NS_PER_S / (double)f->cap) + NS_PER_MS;
    }
    if (f->mode == FLOW_ANSWERS && paced(f, now_ns) && on_the_way(f) < f->window) {
        uint64_t paced = f->free_ns - FLOW_QUEUE_MS * NS_PER_MS / 2;
        at = paced < at ? paced : at;
    }
    if (f->strays && !f->requests) {
        uint64_t quiet = quiet_at(f) + NS_PER_MS;
        at = quiet < at ? quiet : at;
    } else if (f->requests) {
        uint64_t lost = f->request[f->first].at_ns + LOST_S * NS_PER_S + NS_PER_MS;
        at = lost < at ? lost : at;
    }
    return at;
}
