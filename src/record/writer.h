/* SPDX-License-Identifier: MIT */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stdint.h>

#include "record/closer.h"
#include "record/mp4.h"
#include "record/segment.h"

/* One open segment: the part and its lock, the muxer, and the encoder if there is one. One thread.
 */
struct writer_settings {
    enum mp4_codec codec;
    const char *directory; /* of the stream; exists */
    const char *stream;
    const char *name_template; /* NULL: the usual one */
    unsigned width, height;
    int64_t start_wall_us;
    const struct disk *disk;
};

struct writer;
/* Makes the file. -errno or ERR_LIBRARY, and then nothing is left of it. */
int writer_open(const struct writer_settings *s, struct writer **out);
/* A picture; time as in mp4_write. ERR_FORMAT: this one was left out, the next may come. Other
 * errors end the file. */
int writer_add(struct writer *w, const uint8_t *jpeg, size_t len, int64_t time);
int writer_flush(struct writer *w);
/* Ends the file and gives it to the closer, whatever became of it; *total gets what it holds. Frees
 * w. */
int writer_close(struct writer *w, int64_t end_time, struct closer *closer,
                 struct mp4_total *total);

int writer_fd(const struct writer *w);
const char *writer_path(const struct writer *w);
uint64_t writer_bytes(const struct writer *w);

#endif
