/* SPDX-License-Identifier: MIT */
#ifndef UNIT_FILM_H
#define UNIT_FILM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"

/* Test-card pictures to record, and files read back, for the tests of recordings. Failures are
 * failures of the running cmocka test. */

enum { FILM_WIDTH = 160, FILM_HEIGHT = 120 };

/* A camera: one test-card JPEG a number, drawn at the given size. */
struct camera;
struct camera *camera_new(unsigned width, unsigned height);
void camera_free(struct camera *c);
/* Picture number, captured at capture_us, at this wall time, arriving as it is captured. */
struct frame *camera_frame(struct camera *c, uint32_t number, uint64_t capture_us, int64_t wall_us);

struct film_frame {
    int64_t time; /* 1/90 000 s */
    size_t bytes;
    uint64_t hash;   /* of the packet */
    uint32_t number; /* off the picture; UINT32_MAX: none read */
    bool key;
    uint8_t darkest, brightest; /* luma, but for a few pixels */
};
struct film {
    struct film_frame *frames;
    size_t n;
    int64_t duration; /* of the file, 1/90 000 s */
    unsigned width, height;
    char codec[16];
    size_t errors; /* of demuxer and decoder */
};
/* Reads and decodes the whole file. */
struct film *film_read(const char *path);
void film_free(struct film *f);
uint64_t film_hash(const uint8_t *bytes, size_t len);

/* What the index of a file says of frame i, read without its pictures; *n gets their number. */
struct film_entry {
    int64_t at, time, file_duration; /* bytes; 1/90 000 s */
    int bytes;
};
struct film_entry film_peek(const char *path, int i, int *n);

/* Whole files; the buffer is the caller's (free). */
uint8_t *file_read(const char *path, size_t *len);
void file_write(const char *path, const void *bytes, size_t len);

/* A new empty directory in $TMPDIR, or in memory, and its end with all that is in it. */
void scratch_make(char *buf, size_t cap);
void scratch_remove(const char *dir);
/* Sorted names of the regular files under DIR/SUB ("" for DIR); NULL-terminated. */
char **scratch_list(const char *dir, const char *sub);
void scratch_list_free(char **names);

#endif
