/* SPDX-License-Identifier: MIT */
#ifndef SERVER_THIN_H
#define SERVER_THIN_H

#include <stdbool.h>
#include <stdint.h>

/* Which of a camera's frames one client gets live: all of them, an even share for the rate it
 * wants, every second, third … one of those when its path is narrow. Decided by the frame's number
 * alone, so that clients of the same share get the same frames. And what FRAGMENT.skipped says,
 * also when a frame is sent again. Pure; one thread. */
enum { THIN_SENT = 256 }; /* longer than the longest repair window at 100 frames a second */
struct thin {
    uint32_t wanted_millihertz, camera_millihertz; /* 0: every frame; not known */
    uint8_t left_out;                              /* of left_out + 1 wanted frames one is sent */
    uint32_t run, run_end; /* frames left out in a row, and the one behind them */
    struct {
        uint32_t frame;
        uint8_t skipped;
    } sent[THIN_SENT];
};

/* Is this frame of the share? */
bool thin_wants(const struct thin *t, uint32_t frame);
/* It came and is left out for good. One that did not even come was lost on the way to the client's
 * thread: it is not told of, so that the client asks for it. */
void thin_leave_out(struct thin *t, uint32_t frame);
/* It is sent now: the frames left out just before it are told with it. */
void thin_sent(struct thin *t, uint32_t frame);
/* Media pauses: what is not sent meanwhile is not left out on purpose. */
void thin_pause(struct thin *t);
/* Frames left out just before this one; 255: or more; 0 for one not sent lately. */
uint8_t thin_skipped(const struct thin *t, uint32_t frame);

#endif
