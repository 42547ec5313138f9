/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_STREAM_H
#define CONSOLE_STREAM_H

#include "console/wall.h"

/* A stream of the wall: a receiver that feeds a recorder. Only the wall includes this; it sees to
 * it that nobody uses a stream that is being freed. */
struct stream;

/* A picture at full size; borrowed. NULL: it could not be had. Must not wait. */
typedef wall_still_fn stream_still_fn;

struct stream_settings {
    const struct wall_settings *wall; /* borrowed */
    struct hook *hook;                /* borrowed; NULL: none */
    struct url url;
    const char *name; /* copied */
    enum recorder_codec codec;
    uint64_t segment_ms;
    bool record; /* from the start */
    void *ctx;
    /* Both on the receiver's thread, with no lock held. */
    void (*on_change)(void *ctx);
    void (*on_cameras)(void *ctx, struct stream *s, const struct packet_camera *camera, unsigned n);
};

/* A stream that records if it should; stream_start() begins receiving. */
int stream_new(const struct stream_settings *set, uint64_t id, struct stream **out);
int stream_start(struct stream *s);

/* Any thread; none of them waits. */
uint64_t stream_id(const struct stream *s);
const char *stream_name(const struct stream *s);
const struct stream_settings *stream_settings(const struct stream *s);
struct receiver *stream_receiver(const struct stream *s);
int stream_record(struct stream *s, bool on);
/* fn is called once, at once or on the receiver's thread; not at all after an error: -ENODATA,
 * or -EALREADY while one is awaited. */
int stream_still(struct stream *s, stream_still_fn *fn, void *ctx);
void stream_snapshot(struct stream *s, struct wall_row *row);
bool stream_found(struct stream *s);                /* a finder that is done */
void stream_finish(struct stream *s, bool at_once); /* receiver_finish() */
bool stream_is_over(struct stream *s);              /* its receiver is */

/* These wait; owner's thread. Harmless twice. */
void stream_end_receiving(struct stream *s); /* joins the receiver; asks the recorder to finish */
void stream_end_recording(struct stream *s); /* joins recorders that were asked to finish */
void stream_free(struct stream *s);          /* both of these first */

#endif
