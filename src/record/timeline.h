/* SPDX-License-Identifier: MIT */
#ifndef RECORD_TIMELINE_H
#define RECORD_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

/* From capture times to times in files, and where files are cut. Pure: no clock is read. A file
 * starts at the wall time of its first frame; in it, time is the camera's clock. One thread. */
enum timeline_verdict {
    TIMELINE_SAME,          /* the frame belongs to the open file */
    TIMELINE_CUT,           /* it is the first at or after the cut */
    TIMELINE_RESIZED,       /* the picture has another size */
    TIMELINE_DISCONTINUITY, /* the stream began anew */
    TIMELINE_CAMERA_CLOCK,  /* the camera's clock was stepped */
    TIMELINE_WALL_CLOCK,    /* ours was */
    TIMELINE_LONG_HOLE,     /* it comes too long after the last one for a duration of 31 bits */
};

/* What counts of a frame; all of it known. */
struct timeline_frame {
    uint64_t capture_us, arrival_us; /* the camera's clock, ours (both monotonic) */
    int64_t wall_us;                 /* capture as real time */
    unsigned width, height;
    bool history, discontinuity;
};

struct timeline {
    uint64_t segment_ms;
    bool open; /* a file is */
    int64_t start_wall_us, cut_wall_us;
    uint64_t start_capture_us, start_arrival_us;
    bool used, after_step; /* there was a frame; the file began with a step of a clock */
    struct timeline_frame last;
    struct timeline_frame sane; /* the latest whose clocks agreed with those before */
    int64_t time, interval; /* of last: ticks from the start, and from the one before (0: none) */
};

void timeline_init(struct timeline *t, uint64_t segment_ms);
/* What the frame asks for; changes nothing. TIMELINE_SAME when no file is open. */
enum timeline_verdict timeline_judge(const struct timeline *t, const struct timeline_frame *f);
/* Begins a file with this frame, whose time is 0. */
void timeline_begin(struct timeline *t, const struct timeline_frame *f);
/* The frame's time in the open file; strictly rising. */
int64_t timeline_add(struct timeline *t, const struct timeline_frame *f);
/* How far this frame is from the last one, in µs; 0 if it is the first or earlier. */
uint64_t timeline_gap_us(const struct timeline *t, const struct timeline_frame *f);
/* Whether that is a hole, rather than the pace of a slow camera. */
bool timeline_is_hole(const struct timeline *t, const struct timeline_frame *f);
/* Where the open file ends: at the next file's first frame, if that follows without a hole or a
 * step; else (next NULL, too) one interval after its last. */
int64_t timeline_end(const struct timeline *t, const struct timeline_frame *next,
                     enum timeline_verdict verdict);
void timeline_close(struct timeline *t);

/* A frame this much later than the one before has a hole before it. */
enum { TIMELINE_HOLE_US = 2000000 };

#endif
