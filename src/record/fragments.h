/* SPDX-License-Identifier: MIT */
#ifndef RECORD_FRAGMENTS_H
#define RECORD_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a fragmented MP4 of one track holds, read from its moof boxes without touching the pictures:
 *
 *     ftyp | moov (no frames) | moof mdat | moof mdat | ... | a torn end, or a moov begun
 *
 * Such are the files that mp4_open writes, at any moment of their life. Bytes may be anything. */
struct fragment_sample {
    uint32_t bytes;
    uint32_t ticks; /* how long it is shown */
    bool key;
};

struct fragment_chunk { /* the samples of one fragment lie together */
    uint64_t at;
    uint32_t samples;
};

struct fragments {
    uint8_t *moov; /* the contents of the moov at the beginning */
    size_t moov_len;
    uint64_t moov_at; /* of its header */
    uint64_t end;     /* of the last whole fragment */
    uint64_t file_end;
    struct fragment_sample *samples;
    size_t n, cap;
    struct fragment_chunk *chunks;
    size_t chunks_n, chunks_cap;
    uint64_t ticks;     /* of all samples */
    uint32_t timescale; /* ticks a second */
    bool all_key;
};

/* 0 and a description that fragments_free frees. ERR_END: it is a whole file already, with its moov
 * behind its mdat. ERR_FORMAT: it is no such file, or is damaged before its end. -errno. */
int fragments_read(int fd, struct fragments *out);
void fragments_free(struct fragments *f);

#endif
