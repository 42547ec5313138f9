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
    bool any;
    uint32_t newest; /* of those sent, if any */
    struct {
        uint32_t frame;
        uint8_t skipped;
    } sent[THIN_SENT];
};

/* Is this frame of the share? */
bool thin_wants(const struct thin *t, uint32_t frame);
/* It is sent now: frames between it and the one sent before are left out for good. */
void thin_sent(struct thin *t, uint32_t frame);
/* Media pauses: what is not sent meanwhile is not left out on purpose. */
void thin_pause(struct thin *t);
/* Frames left out just before this one; 255: or more; 0 for one not sent lately. */
uint8_t thin_skipped(const struct thin *t, uint32_t frame);

#endif
