/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SCHEDULE_H
#define CAPTURE_SCHEDULE_H

#include <stdint.h>

/* Times of a steady pace, exact for any rate: picture n is due at start + n / rate. Pure. */
struct schedule {
    uint64_t start_ns; /* mono_ns() of picture 0 */
    uint64_t n;        /* the next picture */
    uint32_t millihertz;
};

void schedule_init(struct schedule *s, uint32_t millihertz, uint64_t now_ns);
/* When the next picture is due; counts on. If that is more than a second ago, the schedule starts
 * anew at now; less, and the pictures that were due come at the times they were due at. */
uint64_t schedule_next(struct schedule *s, uint64_t now_ns);

#endif
