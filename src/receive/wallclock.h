/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_WALLCLOCK_H
#define RECEIVE_WALLCLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Capture times of a peer's clock as real time of ours. What measures the shift between the two
 * (round trips, clock discipline) wavers from sample to sample; recorded times must not. So the
 * shift is held, follows slowly, and steps only when it is far off. Pure, one thread. */
#define WALLCLOCK_STEP_US INT64_C(500000)
enum { WALLCLOCK_SLEW = 500 }; /* at most 1 µs of correction in that many µs of stream */

struct wallclock {
    bool known;
    int64_t shift_us;
    uint64_t capture_us; /* of the frame before */
};

void wallclock_init(struct wallclock *t);

/* The real time of a capture; shift_us is what real time - capture clock measures just now.
 * *stepped says that times do not go on from the frame before. */
int64_t wallclock_us(struct wallclock *t, uint64_t capture_us, int64_t shift_us, bool *stepped);

/* Real time - monotonic time of this machine, both read as close together as can be. */
int64_t wallclock_gap_us(void);

#endif
