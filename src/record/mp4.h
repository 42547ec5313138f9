/* SPDX-License-Identifier: MIT */
#ifndef RECORD_MP4_H
#define RECORD_MP4_H

#include <stddef.h>
#include <stdint.h>

#include "record/disk.h"

/* One MP4 file while it is written: fragmented, a fragment every half second, handed to the kernel
 * at once; times in 1/90 000 s at a variable rate; one packet is held back so that every duration
 * is known. The only user of libavformat's muxer. One thread.
 *
 * The file's metadata begin with MP4_MARK in the comment, by which retention knows our files. */
enum mp4_codec { MP4_JPEG, MP4_H264, MP4_MPEG4 };
enum { MP4_TICKS = 90000, MP4_FRAGMENT_TICKS = MP4_TICKS / 2 };
#define MP4_MARK "camwall recording"

struct mp4_settings {
    enum mp4_codec codec;
    unsigned width, height;
    const uint8_t *extradata; /* of the encoder; borrowed; NULL for JPEG */
    size_t extradata_len;
    int64_t start_wall_us; /* creation time */
    const char *title;     /* the stream's name */
    const struct disk *disk;
};

struct mp4;
/* Writes the header to fd, an empty file, which stays the caller's. -errno or ERR_LIBRARY. */
int mp4_open(int fd, const struct mp4_settings *s, struct mp4 **out);
/* A packet; times in 1/90 000 s from the start of the file, the first 0, strictly rising. Bytes
 * are copied. After an error the file ends with the last whole fragment. */
int mp4_write(struct mp4 *m, const uint8_t *bytes, size_t len, int64_t time, int key);
/* Hands the fragment so far to the kernel, all but the packet held back: for when none comes. */
int mp4_flush(struct mp4 *m);
struct mp4_total {
    uint64_t frames, bytes;
};
/* Ends the file: the last packet lasts until end_time. After an error anywhere the file is cut back
 * to its last whole fragment, which is as good a file. *total (may be NULL) gets what it holds.
 * Frees m in any case. */
int mp4_close(struct mp4 *m, int64_t end_time, struct mp4_total *total);
uint64_t mp4_bytes(const struct mp4 *m); /* handed to the kernel */

#endif
