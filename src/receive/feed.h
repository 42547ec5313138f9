/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_FEED_H
#define RECEIVE_FEED_H

#include <poll.h>
#include <pthread.h>

#include "media/frame.h"
#include "receive/backoff.h"
#include "receive/receiver.h"
#include "receive/wallclock.h"
#include "util/rate.h"
#include "util/stop.h"
#include "util/thread.h"

/* Between the receiver and the kinds of streams; nobody else includes this. A feed is what a kind
 * keeps for the receiver's whole life; run() is one attempt at it, from connecting to the end. */
enum feed_end {
    FEED_GOES_ON, /* inside run() only */
    FEED_STOPPED,
    FEED_AGAIN,   /* try again at once */
    FEED_LOST,    /* try again with back-off */
    FEED_REFUSED, /* try again after a long while */
    FEED_ASK,     /* wait for receiver_accept() about status.server */
    FEED_DONE,    /* nothing more to do */
};

struct feed_ops {
    const char *name;
    int (*make)(struct receiver *r, void **feed);
    /* Has said why (feed_why) unless it returns STOPPED, AGAIN or DONE. */
    enum feed_end (*run)(void *feed);
    /* Looks at what is wanted while no attempt is under way; may be NULL. */
    void (*idle)(void *feed);
    void (*free)(void *feed);
};
extern const struct feed_ops feed_native, feed_legacy;

struct feed_record { /* the newest wish */
    bool changed, on;
    uint64_t epoch, back_ms, asked_ns;
};

struct receiver {
    const struct feed_ops *ops;
    void *feed;
    struct url url;
    char name[URL_NAME_MAX];
    char *known_servers;
    const struct keys *keys;
    enum receiver_trust trust;
    struct receiver_sinks sinks;
    struct thread thread;
    bool joined; /* the owner's */
    struct stop stop;
    int wake_fd;
    struct frame_pool *pool;

    /* The receiver's thread only. */
    struct backoff backoff;
    struct wallclock wallclock;
    bool ordered, discontinuity; /* newest_number holds; the next frame begins anew */
    uint32_t newest_number;
    uint64_t sessions;
    char trusted_once[KEYS_FINGERPRINT];
    enum receiver_state told_state; /* what on_state heard last */
    bool told_asking;
    char told_why[RECEIVER_WHY];

    pthread_mutex_t lock; /* innermost: nothing is called while it is held */
    struct receiver_status status;
    struct rate frame_rate, bit_rate;
    bool reconnect;
    struct feed_record record;
    bool still_wanted;
    bool at_once; /* stop without waiting for anything */
    bool answered;
    enum receiver_answer answer;
    struct frame *newest;
    unsigned want_width, want_height;
};

/* The status under the lock, to change it. */
struct receiver_status *feed_lock(struct receiver *r);
void feed_unlock(struct receiver *r);

/* Sets state and why (NULL: none) and tells the owner if that is news. */
void feed_state(struct receiver *r, enum receiver_state state, const char *why);
/* why alone, for what run() is about to return. */
void feed_why(struct receiver *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A session was established. */
void feed_session(struct receiver *r);
/* The stream begins anew: the next frame carries discontinuity, its number starts another order. */
void feed_restart(struct receiver *r);
/* Newer than all that feed_frame() got. */
bool feed_is_newest(const struct receiver *r, uint32_t number);
/* A whole frame with its facts, wall_us included; takes it. One that is not the newest is counted
 * as late and dropped. */
void feed_frame(struct receiver *r, struct frame *f, uint64_t now_ns);

/* Waits for the descriptors (at most FEED_FDS), the deadline, or somebody who wants something.
 * STOPPED and AGAIN (reconnect) must be obeyed, GOES_ON means look again. */
enum { FEED_FDS = 4 };
enum feed_end feed_wait(struct receiver *r, const struct pollfd *fds, nfds_t n,
                        uint64_t deadline_ns);
/* The same after the stop, for what is still to be brought: GOES_ON, or STOPPED when that is not
 * wanted either. */
enum feed_end feed_wait_last(struct receiver *r, const struct pollfd *fds, nfds_t n,
                             uint64_t deadline_ns);

#endif
