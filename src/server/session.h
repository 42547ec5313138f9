/* SPDX-License-Identifier: MIT */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "net/secure.h"
#include "proto/pace.h"
#include "proto/ratectl.h"
#include "proto/talk_server.h"
#include "server/admission.h"
#include "server/client.h"
#include "server/clientlog.h"
#include "server/repeat.h"
#include "server/thin.h"

/* A native client's thread, seen by the files it is written in: session.c (life: handshake,
 * admission, waiting, end), session_talk.c (its requests), session_media.c (frames out),
 * session_repeat.c (repairs and history), session_adapt.c (how much the path takes). All of it
 * belongs to that one thread. */
struct session {
    struct client *client;
    struct secure *secure;
    struct talk_server talk;
    struct admission_verdict verdict;
    struct clientlog log;
    struct clientlog_totals totals;
    bool ended, listed;

    /* what it watches */
    struct camera *camera; /* NULL: nothing yet */
    struct watcher watcher;
    struct packet_stream stream; /* as last told */

    /* what it asked for, and what its path takes of that */
    unsigned wanted_tier;
    bool reaches_back;
    struct ratectl rate;
    struct ratectl_sent sent;

    /* the frame under way */
    struct frame *frame;
    uint8_t frame_flags; /* those of the history, or none */
    struct pace pace;
    uint16_t stride;
    struct thin thin; /* which frames of the tier are sent */

    /* what is sent again */
    struct repeat_budget budget;
    struct repeat_memory repeated;
    uint64_t repairs;       /* fragments */
    struct frame **history; /* asked for by FETCH; not sent yet: from history_next on */
    unsigned n_history, history_next;
    bool history_begins; /* none of them was sent */
    uint64_t history_ns; /* when the next of them may leave */

    /* ICMP said it is gone: it has until then to say a word */
    uint64_t probe_deadline_ns;

    /* records of one group, for one system call; NULL between groups */
    uint8_t *group;
    size_t group_cap, group_len, group_segment;
    bool grouping;
    uint64_t send_failures;
};

/* session_talk.c: does all that talk_server wants done now. */
void session_drive(struct session *s, uint64_t now_ns);
/* Camera's facts changed or a frame of another size comes: tells the client. */
void session_facts(struct session *s);
void session_leave_camera(struct session *s);
/* A message as one record, at once. */
void session_send(struct session *s, const struct packet *p, uint64_t now_ns);

/* session_media.c */
int session_out(void *session, const uint8_t *dgram, size_t len); /* secure_out_fn */
void session_media(struct session *s, uint64_t now_ns);
uint64_t session_media_deadline(const struct session *s);
void session_media_stop(struct session *s);
/* One fragment into the group under way; session_flush() sends what is in it. */
void session_fragment(struct session *s, const struct frame *f, uint16_t count, uint16_t index,
                      uint8_t flags);
void session_flush(struct session *s);

/* session_adapt.c */
void session_want(struct session *s, const struct packet_subscribe *ask);
void session_adapt(struct session *s, uint64_t now_ns); /* after each message */

/* session_repeat.c */
void session_nack(struct session *s, const struct packet_nack *n, uint64_t now_ns);
void session_fetch(struct session *s, const struct packet_fetch *f, uint64_t now_ns);
void session_history_stop(struct session *s);
/* The next frame of the history if one may leave now; its reference is the caller's. */
struct frame *session_history_frame(struct session *s, uint64_t interval_ns, uint64_t now_ns,
                                    uint8_t *flags);
uint64_t session_history_deadline(const struct session *s);

#endif
