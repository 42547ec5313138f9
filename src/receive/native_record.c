/* SPDX-License-Identifier: MIT */
#include "receive/native_record.h"

#include <string.h>

#include "util/mono.h"

bool native_record_wants(struct receiver *r, const struct native_record *n,
                         const struct talk_client *t)
{
    feed_lock(r);
    bool wanted = r->record.on;
    feed_unlock(r);
    return wanted || (t->record != TALK_RECORD_OFF && !n->on_still);
}

static void tell(struct receiver *r, uint64_t epoch, struct frame *f)
{
    if (r->sinks.on_record)
        r->sinks.on_record(r->sinks.ctx, epoch, f);
}

static void tell_still(struct receiver *r, struct frame *f)
{
    if (r->sinks.on_still)
        r->sinks.on_still(r->sinks.ctx, f);
}

/* The flag must not be written to a frame that others read already. */
static void mark_discontinuity(struct receiver *r, struct frame **f)
{
    struct frame *copy;

    if (!frame_alone(*f) && frame_new(r->pool, (*f)->len, &copy) == 0) {
        memcpy(copy->data, (*f)->data, (*f)->len);
        copy->len = (*f)->len;
        copy->format = (*f)->format;
        copy->width = (*f)->width;
        copy->height = (*f)->height;
        frame_copy_facts(copy, *f);
        frame_unref(f);
        *f = copy;
    }
    if (frame_alone(*f))
        (*f)->discontinuity = true;
}

static void still_over(struct receiver *r, struct native_record *n)
{
    if (!n->still_came)
        tell_still(r, NULL);
    n->on_still = false;
}

void native_recorded(struct receiver *r, struct native_record *n, struct frame *f)
{
    if (n->on_still && f) {
        n->still_came = true;
        tell_still(r, f);
    } else if (n->on_still) {
        still_over(r, n);
    } else {
        if (f && n->discontinuity)
            mark_discontinuity(r, &f);
        n->discontinuity = n->discontinuity && !f;
        tell(r, n->epoch, f);
    }
    frame_unref(&f);
}

/* The one before ends under its own epoch; a still will come from live media then. */
static void begin(struct native_record *n, struct talk_client *t, const struct feed_record *want)
{
    if (n->on_still)
        n->still_due = n->still_came = true;
    talk_client_record(t, want->back_ms, want->asked_ns);
    n->on_still = n->discontinuity = false;
    n->epoch = want->epoch;
}

static void end(struct receiver *r, struct native_record *n, struct talk_client *t,
                const struct feed_record *want, uint64_t now_ns)
{
    bool under_way = n->epoch == want->epoch && t->record != TALK_RECORD_OFF && !n->on_still;

    n->epoch = want->epoch;
    if (under_way)
        talk_client_record_end(t, now_ns);
    else
        tell(r, want->epoch, NULL);
}

/* A full-size picture may be here already, or be on its way for a recording. */
static void step_still(struct receiver *r, struct native_record *n, struct talk_client *t,
                       uint64_t now_ns)
{
    struct frame *f = receiver_newest(r);

    if (f && f->tier == 0) {
        n->still_due = false;
        tell_still(r, f);
    } else if (t->record == TALK_RECORD_OFF) {
        n->still_due = n->still_came = false;
        n->on_still = true;
        talk_client_still(t, now_ns);
    } else if (!t->connected) {
        n->still_due = false;
        tell_still(r, NULL);
    }
    frame_unref(&f);
}

void native_record_step(struct receiver *r, struct native_record *n, struct talk_client *t,
                        uint64_t now_ns)
{
    feed_lock(r);
    struct feed_record want = r->record;
    n->still_due |= r->still_wanted;
    r->record.changed = r->still_wanted = false;
    feed_unlock(r);
    if (want.changed && want.on)
        begin(n, t, &want);
    else if (want.changed)
        end(r, n, t, &want, now_ns);
    if (n->still_due && !n->on_still)
        step_still(r, n, t, now_ns);
}
