/* SPDX-License-Identifier: MIT */
#include "capture/source_av_clock.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>

#include "util/mono.h"

enum { USUAL_RATE = 25, HIGHEST_RATE = 240, LONGEST_GAP_S = 3600, COARSE = 10 };

static const AVRational nanosecond = {1, 1000000000};

void playback_init(struct playback *p, AVRational base, AVRational rate)
{
    if (rate.num <= 0 || rate.den <= 0)
        rate = (AVRational){USUAL_RATE, 1};
    if (av_cmp_q(rate, (AVRational){HIGHEST_RATE, 1}) > 0)
        rate = (AVRational){HIGHEST_RATE, 1};
    int64_t step = av_rescale_q(1, av_inv_q(rate), base);
    int64_t least = av_rescale_q(1, (AVRational){1, 1000}, base);
    *p = (struct playback){
        .base = base,
        .step = step > 0 ? step : 1,
        .least = least > 0 ? least : 1,
        .most = av_rescale_q(LONGEST_GAP_S, (AVRational){1, 1}, base),
        .shift = AV_NOPTS_VALUE,
    };
}

static bool is_gap(const struct playback *p, int64_t ticks)
{
    return ticks >= p->least && ticks <= p->most;
}

/* A container of coarse times rounds a duration as it likes, and over many loops that adds up: what
 * is a tick off the usual duration is the usual one. */
static int64_t picture_length(const struct playback *p, int64_t duration)
{
    bool rounded = p->step >= COARSE && duration >= p->step - 1 && duration <= p->step + 1;
    return is_gap(p, duration) && !rounded ? duration : p->step;
}

int64_t playback_position(struct playback *p, int64_t pts, int64_t duration)
{
    int64_t position, gap;
    bool known = p->in_loop && pts != AV_NOPTS_VALUE && p->shift != AV_NOPTS_VALUE &&
                 !__builtin_add_overflow(pts, p->shift, &position) &&
                 !__builtin_sub_overflow(position, p->last, &gap) && is_gap(p, gap);
    if (!known) {
        position = p->in_loop ? p->last + p->step : p->end;
        if (pts == AV_NOPTS_VALUE || __builtin_sub_overflow(position, pts, &p->shift))
            p->shift = AV_NOPTS_VALUE;
    }
    p->in_loop = true;
    p->last = position;
    p->end = position + picture_length(p, duration);
    return position;
}

void playback_loop(struct playback *p)
{
    p->in_loop = false;
}

uint64_t playback_due_ns(struct playback *p, int64_t position, uint64_t now_ns)
{
    uint64_t at = (uint64_t)av_rescale_q(position, p->base, nanosecond);
    if (!p->started || now_ns > p->start_ns + at + NS_PER_S) {
        p->start_ns = now_ns - at;
        p->started = true;
    }
    return p->start_ns + at;
}

bool thinning_keeps(struct thinning *t, int64_t position, int64_t step, AVRational base)
{
    if (t->millihertz == 0)
        return true;
    /* Half a picture's grace, so that times that were rounded do not fall into the slot before. */
    AVRational slot_length = {1000, (int)t->millihertz};
    int64_t slot = av_rescale_q_rnd(position + step / 2, base, slot_length, AV_ROUND_DOWN);
    if (slot == t->slot)
        return false;
    t->slot = slot;
    return true;
}
