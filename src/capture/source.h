/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include <stddef.h>

#include "media/frame.h"
#include "util/stop.h"

/* Where pictures come from: a table that each kind fills, and a parsed SOURCE operand. */
enum source_kind { SOURCE_PATTERN, SOURCE_FILE, SOURCE_V4L2, SOURCE_URL };

struct source_spec {
    enum source_kind kind;
    char name[33];          /* explicit, or taken from the source; made unique by the caller */
    bool named;             /* explicitly */
    char location[1024];    /* path, device or URL; "" for the pattern */
    unsigned width, height; /* asked for; 0: the source's own */
    uint32_t millihertz;    /* asked for; 0: the source's own */
    char options[256];      /* "key=value,…" passed to libavformat */
};
/* "[NAME=]SOURCE" of cli.md. 0 or ERR_FORMAT with a sentence in error. */
int source_parse(const char *operand, struct source_spec *out, char *error, size_t cap);

struct source_info {
    unsigned width, height;
    uint32_t millihertz; /* nominal; 0: not known */
    bool jpeg;           /* gives FRAME_JPEG (passed through), else FRAME_I420 */
};

struct source;
struct source_ops {
    /* Waits for the next picture and gives it with a count of one, capture_us and wall_us set;
     * the source keeps its own pace. ERR_STOPPED, ERR_END (a stream that ended), or an error. */
    int (*read)(struct source *s, struct frame_pool *pool, struct frame **out);
    void (*close)(struct source *s);
};
struct source {
    const struct source_ops *ops;
    struct source_info info;
    struct stop *stop; /* borrowed; interrupts open and read */
};

/* Opens the kind the spec names. May take long; the stop token interrupts it. On error a sentence
 * in error. One thread, the one that reads. */
int source_open(const struct source_spec *spec, struct stop *stop, struct source **out, char *error,
                size_t cap);
void source_close(struct source *s);

#endif
