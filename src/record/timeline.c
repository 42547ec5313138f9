/* SPDX-License-Identifier: MIT */
#include "record/timeline.h"

#include "record/mp4.h"
#include "record/segment.h"

static const uint64_t long_hole_us = UINT64_C(6) * 3600 * 1000000;

enum {
    STEP_US = 2000000, /* what is more than network and drift */
    CALM_US = 1000000, /* a file that began with a step is not ended for another so soon */
    DEFAULT_INTERVAL = MP4_TICKS / 25,
};

void timeline_init(struct timeline *t, uint64_t segment_ms)
{
    *t = (struct timeline){.segment_ms = segment_ms};
}

/* Backwards; or forwards by more than the time that went by here. A frame out of the history came
 * late by design, so what follows it proves nothing. */
static bool camera_stepped(const struct timeline_frame *last, const struct timeline_frame *f)
{
    if (f->capture_us < last->capture_us)
        return true;
    if (last->history || f->history)
        return false;
    int64_t there = (int64_t)(f->capture_us - last->capture_us);
    int64_t here = (int64_t)(f->arrival_us - last->arrival_us);
    return there - here > STEP_US;
}

static bool wall_stepped(const struct timeline_frame *last, const struct timeline_frame *f)
{
    int64_t before = last->wall_us - (int64_t)last->capture_us;
    int64_t now = f->wall_us - (int64_t)f->capture_us;
    return now - before > STEP_US || before - now > STEP_US;
}

static bool stepped(const struct timeline_frame *last, const struct timeline_frame *f)
{
    return camera_stepped(last, f) || wall_stepped(last, f);
}

enum timeline_verdict timeline_judge(const struct timeline *t, const struct timeline_frame *f)
{
    const struct timeline_frame *last = &t->last;
    if (!t->open)
        return TIMELINE_SAME;
    if (f->width != last->width || f->height != last->height)
        return TIMELINE_RESIZED;
    if (f->discontinuity)
        return TIMELINE_DISCONTINUITY;
    /* A mad clock does not make a file of every frame. */
    bool calm = !t->after_step || f->arrival_us - t->start_arrival_us >= CALM_US;
    if (calm && camera_stepped(&t->sane, f))
        return TIMELINE_CAMERA_CLOCK;
    if (calm && wall_stepped(&t->sane, f))
        return TIMELINE_WALL_CLOCK;
    if (timeline_gap_us(t, f) >= long_hole_us)
        return TIMELINE_LONG_HOLE;
    return f->wall_us >= t->cut_wall_us ? TIMELINE_CUT : TIMELINE_SAME;
}

void timeline_begin(struct timeline *t, const struct timeline_frame *f)
{
    t->after_step = t->used && stepped(&t->sane, f);
    t->open = t->used = true;
    t->start_wall_us = f->wall_us;
    t->cut_wall_us = segment_next_cut(f->wall_us, t->segment_ms);
    t->start_capture_us = f->capture_us;
    t->start_arrival_us = f->arrival_us;
    t->time = 0;
    t->interval = 0;
    t->last = t->sane = *f;
}

static int64_t ticks(const struct timeline *t, uint64_t capture_us)
{
    int64_t us = (int64_t)(capture_us - t->start_capture_us);
    return us <= 0 ? 0 : (us * (MP4_TICKS / 10000) + 50) / 100;
}

int64_t timeline_add(struct timeline *t, const struct timeline_frame *f)
{
    int64_t time = ticks(t, f->capture_us);
    if (time <= t->time)
        time = t->time + 1;
    t->interval = time - t->time;
    t->time = time;
    t->last = *f;
    if (!stepped(&t->sane, f))
        t->sane = *f;
    return time;
}

uint64_t timeline_gap_us(const struct timeline *t, const struct timeline_frame *f)
{
    return t->open && f->capture_us > t->last.capture_us ? f->capture_us - t->last.capture_us : 0;
}

bool timeline_is_hole(const struct timeline *t, const struct timeline_frame *f)
{
    uint64_t interval_us = (uint64_t)t->interval * 100 / 9;
    uint64_t gap_us = timeline_gap_us(t, f);
    return gap_us >= TIMELINE_HOLE_US && gap_us >= 3 * interval_us;
}

int64_t timeline_end(const struct timeline *t, const struct timeline_frame *next,
                     enum timeline_verdict verdict)
{
    bool follows = next && (verdict == TIMELINE_CUT || verdict == TIMELINE_RESIZED);
    if (follows && timeline_gap_us(t, next) > 0 && !timeline_is_hole(t, next))
        return ticks(t, next->capture_us);
    return t->time + (t->interval > 0 ? t->interval : DEFAULT_INTERVAL);
}

void timeline_close(struct timeline *t)
{
    t->open = false;
}
