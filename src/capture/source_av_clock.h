/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_AV_CLOCK_H
#define CAPTURE_SOURCE_AV_CLOCK_H

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stdint.h>

/* When the pictures of a file are due that plays again and again. Positions are ticks of the file's
 * own time base since the first picture ever, over all loops, so nothing drifts. Pure. */
struct playback {
    AVRational base;
    int64_t step;      /* a picture's usual duration, ticks */
    int64_t least;     /* pictures closer than this have broken times, ticks */
    int64_t most;      /* … and so have those further apart */
    int64_t shift;     /* position - pts; AV_NOPTS_VALUE: not known */
    int64_t last, end; /* position of the last picture, and of its end */
    bool in_loop;      /* this loop has had a picture */
    bool started;
    uint64_t start_ns; /* mono_ns() of position 0 */
};

/* rate may be 0/0: not known. */
void playback_init(struct playback *p, AVRational base, AVRational rate);
/* Position of the next picture: its pts (AV_NOPTS_VALUE: none) where that makes sense, else a usual
 * duration after the last one. */
int64_t playback_position(struct playback *p, int64_t pts, int64_t duration);
/* The file begins anew; its first picture comes when the last one has had its duration. */
void playback_loop(struct playback *p);
/* When a position is due. More than a second late: the rest of the playback is put off. */
uint64_t playback_due_ns(struct playback *p, int64_t position, uint64_t now_ns);

/* Leaves pictures out evenly. millihertz 0 keeps all. */
struct thinning {
    uint32_t millihertz;
    int64_t slot; /* of the last picture kept; -1: none yet */
};
bool thinning_keeps(struct thinning *t, int64_t position, int64_t step, AVRational base);

#endif
