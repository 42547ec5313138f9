/* SPDX-License-Identifier: MIT */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/* Every size that comes from outside has its cap here, checked before anything is allocated. */
enum {
    PROTO_PORT = 9999,
    PROTO_VERSION = 1,

    PROTO_UDP_PAYLOAD = 1200, /* default UDP payload, all of a DTLS record */
    PROTO_UDP_PAYLOAD_MIN = 512,
    PROTO_UDP_PAYLOAD_MAX = 9000,
    PROTO_DTLS_OVERHEAD = 37, /* header 13, nonce 8, tag 16: AES-128-GCM in DTLS 1.2 */
    PROTO_FRAGMENT_HEADER = 24,
    PROTO_STRIDE_MIN = PROTO_UDP_PAYLOAD_MIN - PROTO_DTLS_OVERHEAD - PROTO_FRAGMENT_HEADER,
    PROTO_STRIDE_MAX = PROTO_UDP_PAYLOAD_MAX - PROTO_DTLS_OVERHEAD - PROTO_FRAGMENT_HEADER,

    PROTO_FRAME_BYTES_MAX = 4 * 1024 * 1024,
    PROTO_FRAGMENTS_MAX = 4096,
    PROTO_REASM_FRAMES = 16, /* incomplete frames a stream: a round trip of 0.5 s at 25 a second */
    PROTO_REASM_BYTES = 16 * 1024 * 1024,
    PROTO_FRAME_WINDOW = 1024, /* a frame number further from the newest is foreign */

    PROTO_NAME_MAX = 32,  /* bytes of a camera's name */
    PROTO_TEXT_MAX = 200, /* bytes of a reason's text */
    PROTO_CAMERAS_MAX = 256,
    PROTO_SIDE_MAX = 16384, /* pixels of a picture's side */
    PROTO_TIERS = 4,        /* full, half, quarter, eighth */
    PROTO_FETCH_MAX = 2048, /* frames a FETCH may ask for */
    PROTO_NACK_BITMAP_MAX = PROTO_FRAGMENTS_MAX / 8,

    PROTO_REPORT_MS = 500,   /* the lease: reports this often … */
    PROTO_PAUSE_MS = 3000,   /* … none for this long pauses media … */
    PROTO_LEASE_MS = 10000,  /* … and none for this long ends the session */
    PROTO_QUIET_MS = 500,    /* a side with nothing to send pings after this long */
    PROTO_SILENCE_MS = 1000, /* a client that hears nothing for this long tries anew */

    LEGACY_DATAGRAM_MAX = 65000,
    LEGACY_SILENCE_MS = 2000, /* a legacy client says CONNECT again */
};

#endif
