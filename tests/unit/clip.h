/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CLIP_H
#define TESTS_UNIT_CLIP_H

#include <libavcodec/avcodec.h>
#include <stdbool.h>
#include <stdint.h>

#include "media/frame.h"

/* Small films of the test card, made by libavformat. Picture n has the number n and the capture
 * time 1000 n; it is the same to the byte whenever it is made. Aborts on any failure. */
enum { CLIP_WIDTH = 320, CLIP_HEIGHT = 240 };

struct clip {
    const char *path;     /* its ending tells the container */
    enum AVCodecID codec; /* AV_CODEC_ID_MJPEG: the JPEGs below as they are; or any encoder */
    int rate_num, rate_den;
    unsigned frames;
    unsigned last_length; /* of JPEGs: the last one stays so many times as long; 0: as the others */
    bool bare;            /* JPEGs without Huffman tables */
    bool no_times;        /* packets without time stamps, where the container has none of its own */
};
void clip_make(const struct clip *clip);

/* Picture n; with bare without its Huffman tables. To be freed by frame_unref(). */
struct frame *clip_raw(struct frame_pool *pool, uint32_t n);
struct frame *clip_jpeg(struct frame_pool *pool, uint32_t n, bool bare);

#endif
