/* SPDX-License-Identifier: MIT */
#ifndef PROTO_PACKET_CODEC_H
#define PROTO_PACKET_CODEC_H

#include "proto/packet.h"
#include "proto/wire.h"

/* How one type of message is written and read, behind the type byte. For packet.c only. The rules
 * for values are the same both ways: what is encoded can be decoded. */
struct packet_codec {
    void (*put)(const struct packet *p, struct wire_out *w);
    void (*get)(struct wire_in *w, struct packet *p);
    bool (*valid)(const struct packet *p);
};

/* packet_camera.c */
extern const struct packet_codec packet_catalogue_ask_codec, packet_catalogue_codec;
extern const struct packet_codec packet_subscribe_codec, packet_stream_codec;
/* packet_media.c */
extern const struct packet_codec packet_fragment_codec, packet_nack_codec, packet_fetch_codec;
/* packet_session.c */
extern const struct packet_codec packet_report_codec, packet_ping_codec, packet_pong_codec;
extern const struct packet_codec packet_goodbye_codec;

#endif
