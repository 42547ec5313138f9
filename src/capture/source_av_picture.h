/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_AV_PICTURE_H
#define CAPTURE_SOURCE_AV_PICTURE_H

#include <libavutil/frame.h>

#include "media/frame.h"

/* Pictures of libav to frames: any pixels to I420 of full range, BT.601. One thread. */
struct source_av_picture {
    struct SwsContext *sws; /* made for what is in made_for */
    struct {
        int width, height, format, matrix, out_width, out_height;
        bool full_range;
    } made_for;
    AVFrame *converted; /* with the padding that libswscale wants */
};

void source_av_picture_fini(struct source_av_picture *p);
/* A new frame of the given size, without times. */
int source_av_picture_convert(struct source_av_picture *p, const AVFrame *from, unsigned width,
                              unsigned height, struct frame_pool *pool, struct frame **out);

/* A JPEG as it came off a camera: padding behind its end is left out, the standard Huffman tables
 * are put in if it has none, nothing else is touched. ERR_FORMAT if it is not a whole one. */
int source_av_picture_jpeg(const uint8_t *bytes, size_t len, struct frame_pool *pool,
                           struct frame **out);

#endif
