/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_WALL_H
#define CONSOLE_WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"
#include "receive/receiver.h"
#include "record/recorder.h"
#include "record/retention.h"

/* The wall: every stream with its receiver and, while it records, its recorder. It knows no screen:
 * whoever shows it takes a snapshot and calls actions. Actions return at once. Any thread, unless
 * it says otherwise. */
struct wall;

struct wall_settings { /* borrowed until wall_free() */
    const char *directory;
    uint64_t segment_ms;
    enum recorder_codec codec;
    bool record;               /* streams record from the start */
    uint64_t prerecord_ms;     /* recordings begin that long before they were asked for; 0: then */
    const char *name_template; /* of files, see segment_stem; NULL: the usual one */
    const char *on_segment;    /* program run for every finished file; NULL: none */
    struct retention_limits keep; /* what the directory's recordings may take */
    const struct disk *disk;      /* NULL: the real one */
    enum receiver_trust trust;
    const struct keys *keys;
    const char *known_servers;
};

struct wall_add {
    struct url url;      /* URL_SERVER: every camera of it, as soon as it answers */
    int codec;           /* -1: the wall's */
    int record;          /* -1: the wall's */
    uint64_t segment_ms; /* 0: the wall's */
};

enum { WALL_URL = URL_HOST_MAX + PROTO_NAME_MAX + 32 };

/* A stream as it is now; plain values. */
struct wall_row {
    uint64_t id; /* never 0, never used again */
    char name[URL_NAME_MAX];
    char url[WALL_URL];
    char host_port[URL_HOST_MAX + 8]; /* as in known_servers */
    bool finder;                      /* a server that has not told its cameras yet */
    struct receiver_status rx;
    bool recording;
    struct recorder_status rec; /* of this recording; zero when there is none */
    uint64_t recorded_frames, recorded_bytes, recorder_dropped; /* never reset */
    uint64_t recorder_latency_worst_us;                         /* likewise */
    uint64_t first_recorded_ns;                                 /* mono_ns(); 0: none yet */
    bool recorder_failed;
};

struct wall_view {
    struct wall_row *row;
    size_t n, cap;
};

int wall_new(const struct wall_settings *s, struct wall **out);
/* After wall_stop(). Owner's thread. */
void wall_free(struct wall *w);

/* Begins the end: nothing more can be added, every stream ends (receiver_finish). Then, when
 * wall_is_over(), wall_stop() has no server to wait for. Owner's thread. */
void wall_finish(struct wall *w, bool at_once);
bool wall_is_over(struct wall *w);

/* Says goodbye everywhere, finishes every file; snapshots then show the final counters. Owner's
 * thread; nobody else may use the wall meanwhile. */
void wall_stop(struct wall *w);

/* Readable when something happened that its owner may want to look at: a first frame, a change of
 * state, something for wall_tend(). */
int wall_fd(const struct wall *w);
/* Makes wall_fd unreadable and sees to what ended by itself. Never waits. Owner's thread. */
void wall_tend(struct wall *w);

/* -EEXIST if that name was given to another stream. *id may be NULL. */
int wall_add(struct wall *w, const struct wall_add *a, uint64_t *id);

/* The others: 0, or ERR_UNKNOWN for a stream that is gone. */
int wall_remove(struct wall *w, uint64_t id);
int wall_record(struct wall *w, uint64_t id, bool on);
int wall_record_all(struct wall *w, bool on);
int wall_reconnect(struct wall *w, uint64_t id);
/* The answer counts for every stream that asks about the same key. */
int wall_accept(struct wall *w, uint64_t id, enum receiver_answer answer);
int wall_want(struct wall *w, uint64_t id, unsigned width, unsigned height);
/* The newest picture at full size, whatever size is wanted: fn is called with it (borrowed), or
 * with NULL, once; at once, or on another thread where it must not wait. After an error it is not
 * called: -ENODATA, or -EALREADY while one is awaited. */
typedef void wall_still_fn(void *ctx, struct frame *f);
int wall_still(struct wall *w, uint64_t id, wall_still_fn *fn, void *ctx);
struct frame *wall_newest(struct wall *w, uint64_t id); /* a new reference, or NULL */

/* All streams in the order they were added. The view's memory is used again; -ENOMEM. */
int wall_snapshot(struct wall *w, struct wall_view *v);
void wall_view_fini(struct wall_view *v);

#endif
