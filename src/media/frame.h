/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A picture, encoded or raw, refcounted, from a pool; immutable once published (handed to another
 * thread). Counting is atomic, any thread. */
enum frame_format {
    FRAME_JPEG, /* data: one JPEG */
    FRAME_I420, /* planar 4:2:0, full range (JPEG), BT.601: Y width x height, then U and V of
                   (width+1)/2 x (height+1)/2, without padding */
    FRAME_RGBA, /* 4 bytes a pixel, without padding */
};

struct frame_pool;
struct frame {
    uint8_t *data;
    size_t len, cap; /* bytes */
    enum frame_format format;
    uint16_t width, height; /* pixels */
    uint8_t tier;           /* 0 full, 1 half, 2 quarter, 3 eighth */
    bool history;           /* came out of the server's history */
    bool discontinuity;     /* the stream began anew before this one */
    uint32_t number;        /* the camera's, the same in every tier */
    uint64_t capture_us;    /* monotonic clock of where it was captured; server side: ours */
    int64_t wall_us;        /* capture time as real time, ours; 0: not known */
    uint64_t arrival_us;    /* our monotonic clock, when it was whole; 0: not received */
    struct frame_pool *pool;
    int refs; /* atomic */
    struct frame *next_free;
};

/* A pool keeps up to keep freed buffers for the next frame. It lives until frame_pool_free() and
 * its last frame are both gone. */
int frame_pool_new(unsigned keep, struct frame_pool **out);
void frame_pool_free(struct frame_pool *p);
size_t frame_pool_live(const struct frame_pool *p); /* frames out there now */

/* A frame with count 1 and room for bytes; contents and facts are zero. -ENOMEM. */
int frame_new(struct frame_pool *p, size_t bytes, struct frame **out);
struct frame *frame_ref(struct frame *f); /* returns f */
void frame_unref(struct frame **f);       /* nulls the pointer; NULL is fine */
void frame_drop(void *f);                 /* for queues: unref of a void pointer */
bool frame_alone(const struct frame *f);  /* count is one: may be written */

/* Everything that is true of a picture in any shape: tier, number, times, flags. */
void frame_copy_facts(struct frame *to, const struct frame *from);

size_t frame_i420_bytes(unsigned width, unsigned height);
/* Plane pointers and strides of an I420 frame. */
void frame_i420_planes(const struct frame *f, uint8_t *plane[3], int stride[3]);

#endif
