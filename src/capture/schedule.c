/* SPDX-License-Identifier: MIT */
#include "capture/schedule.h"

#include "util/mono.h"

void schedule_init(struct schedule *s, uint32_t millihertz, uint64_t now_ns)
{
    *s = (struct schedule){.start_ns = now_ns, .millihertz = millihertz};
}

/* Whole seconds and the rest apart, so that nothing overflows or is rounded twice. */
static uint64_t due_ns(const struct schedule *s)
{
    uint64_t thousandths = s->n * 1000;
    return s->start_ns + thousandths / s->millihertz * NS_PER_S +
           thousandths % s->millihertz * NS_PER_S / s->millihertz;
}

uint64_t schedule_next(struct schedule *s, uint64_t now_ns)
{
    uint64_t due = due_ns(s);
    if (now_ns > due + NS_PER_S) {
        schedule_init(s, s->millihertz, now_ns);
        due = now_ns;
    }
    s->n++;
    return due;
}
