/* SPDX-License-Identifier: MIT */
#include "receive/timeline.h"

#include "util/mono.h"

void timeline_init(struct timeline *t)
{
    *t = (struct timeline){0};
}

static int64_t clamp(int64_t v, int64_t most)
{
    return v > most ? most : v < -most ? -most : v;
}

int64_t timeline_wall_us(struct timeline *t, uint64_t capture_us, int64_t shift_us, bool *stepped)
{
    int64_t off = shift_us - t->shift_us;

    *stepped = false;
    if (!t->known || off > TIMELINE_STEP_US || off < -TIMELINE_STEP_US) {
        *stepped = t->known;
        t->known = true;
        t->shift_us = shift_us;
    } else if (capture_us > t->capture_us) {
        t->shift_us += clamp(off, (int64_t)((capture_us - t->capture_us) / TIMELINE_SLEW));
    }
    t->capture_us = capture_us;
    return (int64_t)capture_us + t->shift_us;
}

int64_t timeline_gap_us(void)
{
    enum { TRIES = 4, CLOSE_US = 200 };
    int64_t gap = 0;

    /* A thread can be put aside between two readings: take a pair that was not. */
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = mono_us();
        gap = wall_us() - (int64_t)before;
        if (mono_us() - before < CLOSE_US)
            break;
    }
    return gap;
}
