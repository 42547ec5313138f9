/* SPDX-License-Identifier: MIT */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"
#include "record/disk.h"
#include "record/hook.h"

/* One recorder a stream: a thread with its own bounded queue (64 MB or 2048 frames, the newest are
 * dropped) that writes segments. Every file opened and finished is a line in the log. */
enum recorder_codec { RECORDER_COPY, RECORDER_H264, RECORDER_MPEG4 };

struct recorder_settings {
    const char *directory; /* copied, like all strings here */
    const char *stream;    /* the stream's name; its directory is made from it */
    uint64_t segment_ms;
    enum recorder_codec codec;
    const char *name_template; /* of files, see segment_stem; NULL: the usual one */
    uint64_t reserve_bytes;    /* recording stops when less is free; 0: space_reserve's default */
    struct hook *hook;         /* run for every finished file; borrowed; NULL: none */
    const struct disk *disk;   /* borrowed; NULL: the real one */
};

enum recorder_state { RECORDER_IDLE, RECORDER_RUNNING, RECORDER_DISK_FULL, RECORDER_FAILED };
struct recorder_status {
    enum recorder_state state;
    uint64_t frames, bytes; /* written since the start of the recorder */
    uint64_t dropped;       /* by the queue, a slow encoder, or for want of a disk */
    uint64_t queued_bytes, queued_frames;
    uint64_t latency_us, latency_worst_us; /* from arrival to the file: of the last frame, of all */
    int64_t began_wall_us;                 /* this recording; 0: none */
    char segment[1024];                    /* the open file; "" : none */
    char error[160];                       /* why it does not run, a sentence; "" : it does */
};

struct recorder;
/* Starts the thread; it opens its first file with its first frame. */
int recorder_start(const struct recorder_settings *s, struct recorder **out);
/* A frame, in order, each once; takes a reference of its own. Never waits. Any one thread. */
void recorder_push(struct recorder *r, struct frame *f);
/* Writes what is queued, finishes the file, joins the thread, frees. *last, if not NULL, gets the
 * final counters: all that was written, nothing queued, no open file. */
void recorder_stop(struct recorder *r, struct recorder_status *last);
/* Asks it to finish without waiting, so that many can finish at once; then recorder_stop(). */
void recorder_finish(struct recorder *r);
void recorder_status(struct recorder *r, struct recorder_status *out); /* any thread */

#endif
