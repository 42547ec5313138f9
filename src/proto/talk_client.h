/* SPDX-License-Identifier: MIT */
#ifndef PROTO_TALK_CLIENT_H
#define PROTO_TALK_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/account.h"
#include "proto/clocksync.h"
#include "proto/packet.h"
#include "proto/reach.h"
#include "proto/pathstat.h"
#include "proto/reasm.h"
#include "proto/repair.h"

/* The client's end of a stream over one session at a time: subscribe, reports, reassembly,
 * accounting, clock. It outlives a session: talk_client_connected() starts the next one, counters
 * and the reassembly of a server with the same boot id go on. Pure, as talk_server. Stays where it
 * is in memory between init and fini. */
struct talk_client_owner {
    void *ctx;
    struct reasm_owner memory; /* its abandoned() is not called */
    /* A frame is whole; takes the slot's handle. In order of completion; those of the history have
     * FRAGMENT_HISTORY. When it is to be kept for its turn, returns a handle for that, or NULL if
     * the frame is of no use after all. */
    void *(*on_frame)(void *ctx, const struct reasm_slot *slot, bool keep, uint64_t now_ns);
    /* The next frame of a recording or a still, in order, each once; takes the handle. NULL: what
     * was asked for is over. */
    void (*on_record)(void *ctx, void *handle);
    /* A new STREAM: facts changed, or the server is another run (restarted). */
    void (*on_stream)(void *ctx, const struct packet_stream *s, bool restarted);
    void (*on_goodbye)(void *ctx, const struct packet_goodbye *g); /* once a session */
    /* One part; the last has first + n >= total. */
    void (*on_catalogue)(void *ctx, const struct packet_catalogue *c);
};

enum { TALK_CLIENT_PINGS = 8 };
enum talk_record {
    TALK_RECORD_OFF,
    TALK_RECORD_WAITS, /* for full size */
    TALK_RECORD_ON,
    TALK_RECORD_ENDS, /* still brings what was before its end, or one still picture */
};
struct talk_client {
    struct talk_client_owner owner;
    struct packet_subscribe want; /* the subscription */
    bool subscribe_wanted, catalogue_wanted;
    uint16_t catalogue_first;
    bool connected, closing, goodbye_due;
    bool streaming; /* STREAM answered the newest SUBSCRIBE, in this session */
    bool answered;  /* any STREAM came in this session */
    bool over;      /* a GOODBYE came */
    bool silence_told;
    struct packet_stream stream;                             /* newest; stream.stride 0: none yet */
    uint64_t subscribe_ns, report_ns, ping_ns, catalogue_ns; /* next ones */
    uint64_t heard_ns;
    unsigned pings;                      /* sent in this session */
    uint64_t ping_us[TALK_CLIENT_PINGS]; /* newest, unanswered; 0: none */
    bool pong_due;
    struct packet_pong pong;
    uint64_t echo_us, echo_at_us; /* newest PING heard */
    enum talk_record record;
    uint64_t record_ns, back_us, end_by_ns; /* asked when; how far back; over by then */
    uint32_t pace_frame;                    /* for the interval between frames: a number … */
    uint64_t pace_us, interval_us;          /* … when it was captured; 0: not known */
    struct reach reach;
    uint64_t window_ns; /* for an incomplete frame; 0: max(200 ms, 8 RTT) up to 2 s */
    struct reasm reasm;
    uint64_t restarts;                      /* of reasm, that account and repair followed */
    uint64_t outage_packets, outage_frames; /* of account's losses: none of the path's capacity */
    struct repair repair;
    uint8_t bitmap[PROTO_NACK_BITMAP_MAX]; /* of the NACK under way */
    struct account account;
    struct pathstat path;
    struct clocksync clock;
    uint64_t bad; /* messages dropped */
};

void talk_client_init(struct talk_client *t, const struct talk_client_owner *owner, uint64_t token);
void talk_client_fini(struct talk_client *t);

/* What is wanted; may change at any time. */
void talk_client_want_stream(struct talk_client *t, const char *camera, unsigned width,
                             unsigned height, uint32_t millihertz);
void talk_client_want_catalogue(struct talk_client *t);
void talk_client_set_window(struct talk_client *t, unsigned window_ms); /* 0: by the round trip */
uint64_t talk_client_window_ns(const struct talk_client *t);

/* Recording: from now on, and from back_ms before now if the server's history goes so far, every
 * frame of the full tier goes to on_record(), in order. Begins with the first STREAM that is of
 * full size: want 0 x 0 too. Ends what was recorded before. */
void talk_client_record(struct talk_client *t, uint64_t back_ms, uint64_t now_ns);
/* Frames until now still come as long as they can be had; then on_record(NULL), at once if there is
 * no session. */
void talk_client_record_end(struct talk_client *t, uint64_t now_ns);
/* The newest frame at full size, out of the history; only while nothing is recorded. */
void talk_client_still(struct talk_client *t, uint64_t now_ns);
/* Hands over what waits for its turn, whatever is missing before it. */
void talk_client_flush(struct talk_client *t);

/* Running totals after repair and after what the history brought. */
struct talk_totals {
    uint64_t frames, frames_incomplete, packets, packets_lost, packets_repaired;
    uint64_t frames_given_up; /* holes in recordings */
};
struct talk_totals talk_client_totals(const struct talk_client *t);

void talk_client_connected(struct talk_client *t, uint64_t now_ns); /* a handshake is done */
void talk_client_disconnected(struct talk_client *t, uint64_t now_ns);
void talk_client_close(struct talk_client *t); /* say goodbye, once */

/* One record's plain text. 0, or ERR_FORMAT if it was dropped (counted). */
int talk_client_on_message(struct talk_client *t, const uint8_t *bytes, size_t len,
                           uint64_t now_ns);

/* The next message to send now: its length in buf, 0: none before talk_client_deadline(). cap is at
 * least PROTO_UDP_PAYLOAD_MIN - PROTO_DTLS_OVERHEAD. Also gives up what waited too long. */
size_t talk_client_next(struct talk_client *t, uint64_t now_ns, uint8_t *buf, size_t cap);

/* When talk_client_next() or talk_client_silent() will say something new; 0: at once. */
uint64_t talk_client_deadline(const struct talk_client *t);

/* Nothing at all was heard for PROTO_SILENCE_MS: try anew beside this session. */
bool talk_client_silent(const struct talk_client *t, uint64_t now_ns);

#endif
