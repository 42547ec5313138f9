/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_RECEIVER_H
#define RECEIVE_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"
#include "net/keys.h"
#include "proto/packet.h"
#include "receive/url.h"

/* A stream as the console sees it: one thread that connects, receives, puts frames together, and
 * tries again for ever. Its owner starts and stops it, is handed frames, and reads its status. */
enum receiver_trust { RECEIVER_TRUST_ASK, RECEIVER_TRUST_FIRST, RECEIVER_TRUST_KNOWN };

enum receiver_answer { RECEIVER_NO, RECEIVER_ONCE, RECEIVER_ALWAYS };

enum receiver_state {
    RECEIVER_CONNECTING,
    RECEIVER_LIVE,
    RECEIVER_STALE,   /* connected, but no picture for a while */
    RECEIVER_OFFLINE, /* the server says that its camera is off */
    RECEIVER_REFUSED, /* by the server, or by us for its key */
    RECEIVER_LOST,
    RECEIVER_STATES
};
const char *receiver_state_name(enum receiver_state s); /* "connecting" …; stable, static */

enum { RECEIVER_WHY = 400 };

struct receiver_status {
    enum receiver_state state;
    char why[RECEIVER_WHY]; /* a sentence for people when not live; "" : nothing to say */
    uint64_t next_try_ns;   /* mono_ns() of the next attempt; 0: none is planned */
    bool asking;            /* receiver_accept() decides about server's key */
    unsigned changed_line;  /* of known_servers, which remembers another key; 0: not so */
    char remembered[KEYS_FINGERPRINT]; /* that other key */
    bool found; /* URL_SERVER only: on_cameras was called, the thread is done */
    bool encrypted, legacy;
    char server[KEYS_FINGERPRINT]; /* "" until known, and for legacy */
    char camera[PROTO_NAME_MAX + 1];
    uint16_t width, height; /* 0 until known */
    uint8_t tier;
    uint8_t tiers_down;  /* below the one asked for: the path is too narrow … */
    uint8_t left_out;    /* … and of left_out + 1 frames one is sent */
    double fps, bitrate; /* frames and bits a second over the last 2 s */
    double jitter_ms, rtt_ms,
        latency_ms; /* NaN until known; latency: capture to whole frame here */
    /* Since receiver_start(); none is ever reset. */
    uint64_t frames, frames_incomplete;
    uint64_t frames_late;     /* whole, but after a newer one was delivered: not delivered */
    uint64_t frames_rejected; /* not the JPEG that was announced */
    uint64_t packets, packets_lost, packets_repaired; /* lost: after all repair */
    uint64_t frames_given_up;                         /* holes in what was recorded */
    uint64_t reconnects;                              /* sessions after the first */
    uint64_t first_frame_ns, last_frame_ns;           /* mono_ns() of delivered ones; 0: none */
};

/* All but want_* are copied or, where it says so, borrowed. */
struct receiver_settings {
    struct url url;
    const char *name;          /* for the thread's name; may be NULL */
    const struct keys *keys;   /* borrowed until receiver_stop(); NULL for legacy */
    const char *known_servers; /* path of the trust file; NULL for legacy */
    enum receiver_trust trust;
    uint64_t record; /* the epoch of a recording from the start (receiver_record); 0: none */
};

/* Called on the receiver's thread, without any lock of its own held; each may be NULL. */
struct receiver_sinks {
    void *ctx;
    /* Whole frames as they come, each newer than the one before; borrowed, frame_ref() to keep.
     * Must not wait. */
    void (*on_frame)(void *ctx, struct frame *f);
    /* Every frame of a recording at full size, in order, each once; borrowed. Must not wait. NULL:
     * the recording of that epoch is over. Not for legacy streams. */
    void (*on_record)(void *ctx, uint64_t epoch, struct frame *f);
    /* What receiver_still() asked for; borrowed. NULL: it could not be had. */
    void (*on_still)(void *ctx, struct frame *f);
    /* state, why or asking changed. */
    void (*on_state)(void *ctx, const struct receiver_status *s);
    /* URL_SERVER: the cameras this client may see; once. */
    void (*on_cameras)(void *ctx, const struct packet_camera *camera, unsigned n);
    /* Nothing more comes: receiver_stop() will not wait for anything. The last call. */
    void (*on_over)(void *ctx);
};

struct receiver;

int receiver_start(const struct receiver_settings *s, const struct receiver_sinks *sinks,
                   struct receiver **out);
/* Asks it to end without waiting, so that many can end together. A recording under way first gets
 * the frames that are still on their way, in at most 20 s; at_once: not even those. Any thread, any
 * number of times. */
void receiver_finish(struct receiver *r, bool at_once);
/* Says goodbye to the server and joins the thread; what others ask of it then does nothing, and
 * snapshots have the final counters. Owner's thread, harmless twice. */
void receiver_end(struct receiver *r);
/* receiver_end(), and frees; *last, if not NULL, gets the final counters.
 * Not from a sink. r NULL is fine. */
void receiver_stop(struct receiver *r, struct receiver_status *last);

/* Any thread, from here on. */
void receiver_snapshot(struct receiver *r, struct receiver_status *out);
/* A new reference to the newest frame, or NULL: for previews. The same one again is fine. */
struct frame *receiver_newest(struct receiver *r);
/* The largest picture wanted; 0, 0: full size. */
void receiver_want(struct receiver *r, unsigned width, unsigned height);
/* Records from now on, and back_ms from before now as far as the server's history goes; meanwhile
 * the stream comes at full size. Epochs rise from call to call; one ends when the next begins. */
void receiver_record(struct receiver *r, uint64_t epoch, uint64_t back_ms);
/* What came until now is still delivered, then NULL. */
void receiver_record_end(struct receiver *r);
/* The newest picture at full size, whatever size is wanted. Not for legacy streams. */
void receiver_still(struct receiver *r);
/* Tries now instead of later; a live stream connects anew. */
void receiver_reconnect(struct receiver *r);
/* The answer to status.asking: leave it refused, go on with this key until the program ends, or
 * remember it for ever. */
void receiver_accept(struct receiver *r, enum receiver_answer answer);

#endif
