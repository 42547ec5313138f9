/* SPDX-License-Identifier: MIT */
#include "proto/packet.h"

#include "proto/packet_codec.h"
#include "util/err.h"
#include "util/text.h"

static const struct packet_codec *const codecs[] = {
    [PACKET_CATALOGUE_ASK] = &packet_catalogue_ask_codec,
    [PACKET_CATALOGUE] = &packet_catalogue_codec,
    [PACKET_SUBSCRIBE] = &packet_subscribe_codec,
    [PACKET_STREAM] = &packet_stream_codec,
    [PACKET_FRAGMENT] = &packet_fragment_codec,
    [PACKET_REPORT] = &packet_report_codec,
    [PACKET_NACK] = &packet_nack_codec,
    [PACKET_FETCH] = &packet_fetch_codec,
    [PACKET_PING] = &packet_ping_codec,
    [PACKET_PONG] = &packet_pong_codec,
    [PACKET_GOODBYE] = &packet_goodbye_codec,
};

static const struct packet_codec *codec_of(unsigned type)
{
    return type < sizeof codecs / sizeof codecs[0] ? codecs[type] : NULL;
}

size_t packet_encode(const struct packet *p, uint8_t *buf, size_t cap)
{
    const struct packet_codec *codec = codec_of(p->type);
    if (!codec || !codec->valid(p))
        return 0;
    struct wire_out w = wire_out(buf, cap);
    wire_put_u8(&w, (uint8_t)p->type);
    codec->put(p, &w);
    return wire_len(&w);
}

int packet_decode(const uint8_t *bytes, size_t len, struct packet *out)
{
    if (len == 0)
        return ERR_FORMAT;
    struct wire_in w = wire_in(bytes, len);
    uint8_t type = wire_u8(&w);
    const struct packet_codec *codec = codec_of(type);
    if (!codec)
        return ERR_UNKNOWN;
    out->type = (enum packet_type)type;
    codec->get(&w, out);
    return wire_done(&w) && codec->valid(out) ? 0 : ERR_FORMAT;
}

const char *packet_reason_text(unsigned reason)
{
    static const char *const texts[REASON_COUNT] = {
        [REASON_CLOSED] = N_("closed by the other end"),
        [REASON_STOPPING] = N_("server is stopping"),
        [REASON_REPLACED] = N_("replaced by a new connection"),
        [REASON_KICKED] = N_("told to go"),
        [REASON_TIMED_OUT] = N_("timed out"),
        [REASON_NOT_AUTHORIZED] = N_("not authorized"),
        [REASON_NO_CAMERA] = N_("no such camera"),
        [REASON_FULL] = N_("server is full"),
        [REASON_VERSION] = N_("other protocol version"),
        [REASON_BAD_MESSAGE] = N_("bad message"),
        [REASON_UNREACHABLE] = N_("unreachable"),
    };
    return reason < REASON_COUNT ? _(texts[reason]) : _("unknown reason");
}
