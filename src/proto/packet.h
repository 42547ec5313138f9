/* SPDX-License-Identifier: MIT */
#ifndef PROTO_PACKET_H
#define PROTO_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"

/* The native protocol's messages, one a DTLS record. doc/protocol.md is the normative text; field
 * order here is field order there. Decoders reject trailing bytes, except where a payload ends a
 * message. Unknown flag bits are cleared by the decoder and refused by the encoder. Pure functions,
 * any thread. */
enum packet_type {
    PACKET_CATALOGUE_ASK = 1, /* client */
    PACKET_CATALOGUE = 2,     /* server */
    PACKET_SUBSCRIBE = 3,     /* client */
    PACKET_STREAM = 4,        /* server */
    PACKET_FRAGMENT = 5,      /* server */
    PACKET_REPORT = 6,        /* client */
    PACKET_NACK = 7,          /* client */
    PACKET_FETCH = 8,         /* client */
    PACKET_PING = 9,          /* both */
    PACKET_PONG = 10,         /* both */
    PACKET_GOODBYE = 11,      /* both */
};

enum packet_camera_state { CAMERA_LIVE = 0, CAMERA_IDLE = 1, CAMERA_OFFLINE = 2 };

enum packet_reason {
    REASON_CLOSED = 0,   /* the other end closed it */
    REASON_STOPPING = 1, /* server stops */
    REASON_REPLACED = 2, /* the same client came again */
    REASON_KICKED = 3,   /* no longer authorized, or told to go */
    REASON_TIMED_OUT = 4,
    REASON_NOT_AUTHORIZED = 5,
    REASON_NO_CAMERA = 6, /* none of that name, or not for this client */
    REASON_FULL = 7,      /* limits reached */
    REASON_VERSION = 8,
    REASON_BAD_MESSAGE = 9,
    REASON_UNREACHABLE = 10, /* local only: ICMP */
    REASON_COUNT
};
const char *packet_reason_text(unsigned reason); /* a few words, lower case; static */

/* CATALOGUE? and SUBSCRIBE carry the version. Of another version than PROTO_VERSION only that byte
 * is read, the rest of the struct is zero: answer REASON_VERSION. The encoder speaks our version
 * only. */
struct packet_catalogue_ask {
    uint8_t version;
    uint16_t first; /* index of the first camera wanted: long lists come in parts */
};

struct packet_camera {
    char name[PROTO_NAME_MAX + 1];
    uint16_t width, height; /* 0: not known yet */
    uint32_t millihertz;    /* 0: not known yet */
    uint8_t state;          /* enum packet_camera_state */
};
enum { PACKET_CAMERAS = 16 }; /* in one message at most */
struct packet_catalogue {
    uint16_t total, first;
    uint8_t n;
    struct packet_camera camera[PACKET_CAMERAS]; /* n of them are set */
};

enum { SUBSCRIBE_REACH_BACK = 1, SUBSCRIBE_PAUSE = 2 };
struct packet_subscribe {
    uint8_t version;
    uint8_t flags;
    uint16_t serial;                 /* of this subscription; STREAM answers with it */
    uint64_t token;                  /* of the stream, so that a re-connected one is known again */
    uint16_t width, height;          /* greatest wanted; 0: any */
    uint32_t millihertz;             /* greatest wanted; 0: all */
    uint16_t window_ms;              /* repair window */
    char camera[PROTO_NAME_MAX + 1]; /* "": the first one this client may see */
};

struct packet_stream {
    uint16_t serial;        /* of the SUBSCRIBE it answers */
    uint16_t change;        /* counts up with every new STREAM; REPORT acknowledges it */
    uint64_t boot;          /* random, a server run */
    uint64_t clock_us;      /* server's monotonic clock now */
    uint16_t width, height; /* of the tier */
    uint16_t full_width, full_height;
    uint32_t millihertz;
    uint8_t tier;
    uint8_t state;       /* enum packet_camera_state */
    uint8_t tiers_down;  /* tiers below the one asked for, because the path is too narrow */
    uint8_t left_out;    /* … and of left_out + 1 frames wanted one is sent */
    uint16_t stride;     /* payload bytes of every fragment but a frame's last: what
                          * frag_stride() gives, PROTO_STRIDE_MIN … PROTO_STRIDE_MAX */
    uint32_t next_frame; /* first frame number of this tier */
    char camera[PROTO_NAME_MAX + 1];
    char why[PROTO_TEXT_MAX + 1]; /* when offline */
};

enum {
    FRAGMENT_REPAIR = 1,
    FRAGMENT_HISTORY = 2,
    FRAGMENT_FIRST = 4, /* with HISTORY: the answer to a FETCH begins with this frame */
};
struct packet_fragment {
    uint8_t tier, flags;
    uint8_t skipped; /* frames left out on purpose just before this one; 255: 255 or more */
    uint32_t frame;
    uint16_t index, count;
    uint32_t frame_bytes;
    uint64_t capture_us;    /* server's monotonic clock */
    const uint8_t *payload; /* borrowed */
    size_t payload_len;
};

struct packet_report {
    uint16_t change; /* newest STREAM seen */
    uint32_t newest; /* frame number */
    uint32_t frames, frames_incomplete;
    uint32_t expected, received, repaired; /* fragments, running totals mod 2^32 */
    uint32_t jitter_us;
    uint64_t echo_us;       /* sent_us of the newest PING heard, 0: none */
    uint32_t echo_delay_us; /* how long ago that was */
    uint32_t queue_us;      /* how much longer frames are under way than the quickest lately */
    uint32_t path_kbps;     /* the rate at which a frame's fragments came, 0: not known */
};

enum { PACKET_NACK_HEADER = 10 }; /* bytes of a NACK before its bitmap */
struct packet_nack {
    uint8_t tier;
    uint32_t frame;
    uint16_t first;        /* fragment of the bitmap's first bit */
    uint16_t bytes;        /* of the bitmap; 0 with first 0: the whole frame */
    const uint8_t *bitmap; /* borrowed; most significant bit first, 1 = missing */
};

struct packet_fetch {
    uint64_t boot;
    uint32_t from, to; /* both included */
};

struct packet_ping {
    uint64_t sent_us; /* sender's clock */
};
struct packet_pong {
    uint64_t ping_us;              /* as it came */
    uint64_t received_us, sent_us; /* answerer's clock */
};

struct packet_goodbye {
    uint8_t reason;                /* enum packet_reason, none of the local ones */
    char text[PROTO_TEXT_MAX + 1]; /* for people; "" if the reason says it all */
};

struct packet {
    enum packet_type type;
    union {
        struct packet_catalogue_ask catalogue_ask;
        struct packet_catalogue catalogue;
        struct packet_subscribe subscribe;
        struct packet_stream stream;
        struct packet_fragment fragment;
        struct packet_report report;
        struct packet_nack nack;
        struct packet_fetch fetch;
        struct packet_ping ping;
        struct packet_pong pong;
        struct packet_goodbye goodbye;
    };
};

/* Returns bytes written, 0 if cap is too small or a value breaks the rules of the protocol. */
size_t packet_encode(const struct packet *p, uint8_t *buf, size_t cap);

/* 0; ERR_FORMAT (too short, too long, a value out of range); ERR_UNKNOWN (a type nobody defined:
 * ignore it). Pointers in *out borrow from bytes; after an error it holds nothing of use. */
int packet_decode(const uint8_t *bytes, size_t len, struct packet *out);

/* The hot path: only the header of a FRAGMENT, PROTO_FRAGMENT_HEADER bytes; the payload follows. */
void packet_fragment_header(const struct packet_fragment *f, uint8_t buf[PROTO_FRAGMENT_HEADER]);

#endif
