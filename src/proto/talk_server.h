/* SPDX-License-Identifier: MIT */
#ifndef PROTO_TALK_SERVER_H
#define PROTO_TALK_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/packet.h"

/* The server's end of one client's conversation, after the handshake: lease, subscription,
 * answers. Pure: events and the time come in, what to do next comes out. The owner moves bytes,
 * looks up cameras and sends the frames. */
enum talk_server_do {
    TALK_SERVER_WAIT,      /* nothing before talk_server_deadline() */
    TALK_SERVER_SEND,      /* send the message in *out */
    TALK_SERVER_CATALOGUE, /* answer ask.catalogue_ask */
    TALK_SERVER_SUBSCRIBE, /* look up ask.subscribe; then talk_server_stream() or talk_server_end()
                            */
    TALK_SERVER_NACK,      /* ask.nack: fragments to repeat */
    TALK_SERVER_FETCH,     /* ask.fetch: frames of the history */
    TALK_SERVER_END, /* it is over: t->reason; the GOODBYE, if one is due, came before as SEND */
};

struct talk_server {
    uint64_t begun_ns;  /* handshake done */
    uint64_t lease_ns;  /* newest message that renewed the lease */
    uint64_t said_ns;   /* newest message sent */
    uint64_t ping_ns;   /* newest PING sent */
    uint64_t stream_ns; /* earliest next STREAM */
    bool first_heard;   /* nothing is sent before the client's first record */
    bool asked;         /* a SUBSCRIBE came */
    bool subscribed;    /* … and the newest one was answered at least once */
    bool stream_due, paused, ending, ended, goodbye_due;
    uint8_t reason; /* enum packet_reason */
    char text[PROTO_TEXT_MAX + 1];
    struct packet_subscribe subscribe; /* newest */
    struct packet_stream stream;
    struct packet_report report; /* newest */
    bool reported;               /* it has just come; the owner clears this */
    uint64_t rtt_us;             /* smoothed; 0: not known */
    struct packet_pong pong;
    bool pong_due;
    /* The request under way: ask is answered before the next message is taken. TALK_SERVER_… hands
     * it out in *out as well. */
    bool ask_due;
    struct packet ask;
    uint8_t bitmap[PROTO_NACK_BITMAP_MAX]; /* ask.nack borrows this */
    uint64_t bad;                          /* messages dropped */
};

void talk_server_init(struct talk_server *t, uint64_t now_ns);

/* One record's plain text. 0, or ERR_FORMAT if it was dropped (counted). After it call
 * talk_server_next() until it says WAIT. */
int talk_server_on_message(struct talk_server *t, const uint8_t *bytes, size_t len,
                           uint64_t now_ns);

/* The camera's facts, at first and whenever they change: sent until a REPORT acknowledges them.
 * serial, change and clock_us are filled in here. Without a SUBSCRIBE before it, it does nothing.
 */
void talk_server_stream(struct talk_server *t, const struct packet_stream *s);

/* Ends the conversation from this side with a GOODBYE (held back until the client's first record).
 * The first reason stays. */
void talk_server_end(struct talk_server *t, enum packet_reason reason, const char *text);

/* Media, or a CATALOGUE, left just now: no ping is due for a while. */
void talk_server_said(struct talk_server *t, uint64_t now_ns);

/* May media be sent: subscribed, not paused by the client or a late lease, not ending. */
bool talk_server_media(const struct talk_server *t);

/* What to do next; may be called at any time. *out is complete for SEND and for the requests. */
enum talk_server_do talk_server_next(struct talk_server *t, uint64_t now_ns, struct packet *out);
uint64_t talk_server_deadline(const struct talk_server *t);

#endif
