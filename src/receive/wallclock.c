/* SPDX-License-Identifier: MIT */
#include "receive/wallclock.h"

#include "util/mono.h"

void wallclock_init(struct wallclock *t)
{
    *t = (struct wallclock){0};
}

static int64_t clamp(int64_t v, int64_t most)
{
    return v > most ? most : v < -most ? -most : v;
}

int64_t wallclock_us(struct wallclock *t, uint64_t capture_us, int64_t shift_us, bool *stepped)
{
    int64_t off = shift_us - t->shift_us;

    *stepped = false;
    if (!t->known || off > WALLCLOCK_STEP_US || off < -WALLCLOCK_STEP_US) {
        *stepped = t->known;
        t->known = true;
        t->shift_us = shift_us;
    } else if (capture_us > t->capture_us) {
        t->shift_us += clamp(off, (int64_t)((capture_us - t->capture_us) / WALLCLOCK_SLEW));
    }
    t->capture_us = capture_us;
    return (int64_t)capture_us + t->shift_us;
}

int64_t wallclock_gap_us(void)
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
