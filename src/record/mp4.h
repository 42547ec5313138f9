/* SPDX-License-Identifier: MIT */
#ifndef RECORD_MP4_H
#define RECORD_MP4_H

#include <stddef.h>
#include <stdint.h>

/* One MP4 file while it is written: fragmented, a fragment every half second, pushed to the kernel
 * each time; times in 1/90 000 s at a variable rate; one packet is held back so that every duration
 * is known. The only user of libavformat's muxer. One thread. */
enum mp4_codec { MP4_JPEG, MP4_H264, MP4_MPEG4 };

struct mp4_settings {
    enum mp4_codec codec;
    unsigned width, height;
    const uint8_t *extradata;  /* of the encoder; borrowed; NULL for JPEG */
    size_t extradata_len;
    int64_t start_wall_us;     /* creation time */
};

struct mp4;
/* Makes path, which must not exist (O_EXCL), and locks it. -EEXIST, -ENOSPC, ERR_LIBRARY … */
int mp4_open(const char *path, const struct mp4_settings *s, struct mp4 **out);
/* A packet; times in 1/90 000 s from the start of the file, strictly rising. */
int mp4_write(struct mp4 *m, const uint8_t *bytes, size_t len, int64_t time, int key);
/* Ends the file: the last packet lasts until end_time. The file is synced. Frees m in any case. */
int mp4_close(struct mp4 *m, int64_t end_time);
uint64_t mp4_bytes(const struct mp4 *m);
int mp4_sync(struct mp4 *m);   /* to the disk; may take long */

#endif
