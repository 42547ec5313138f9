/* SPDX-License-Identifier: MIT */
/* Prints a message's fields from tables of their places in the struct. */
#include <inttypes.h>

#include "tools/packet_samples.h"

enum kind { END, U8, U16, U32, U64, STRING };
struct field {
    enum kind kind;
    const char *name;
    size_t at;
};
#define FIELD(kind, type, name)                                                                    \
    {                                                                                              \
        kind, #name, offsetof(struct type, name)                                                   \
    }

static const struct field catalogue_ask[] = {
    FIELD(U8, packet_catalogue_ask, version),
    FIELD(U16, packet_catalogue_ask, first),
    {END},
};
static const struct field catalogue[] = {
    FIELD(U16, packet_catalogue, total),
    FIELD(U16, packet_catalogue, first),
    FIELD(U8, packet_catalogue, n),
    {END},
};
static const struct field camera[] = {
    FIELD(STRING, packet_camera, name), FIELD(U16, packet_camera, width),
    FIELD(U16, packet_camera, height),  FIELD(U32, packet_camera, millihertz),
    FIELD(U8, packet_camera, state),    {END},
};
static const struct field subscribe[] = {
    FIELD(U8, packet_subscribe, version),     FIELD(U8, packet_subscribe, flags),
    FIELD(U16, packet_subscribe, serial),     FIELD(U64, packet_subscribe, token),
    FIELD(U16, packet_subscribe, width),      FIELD(U16, packet_subscribe, height),
    FIELD(U32, packet_subscribe, millihertz), FIELD(U16, packet_subscribe, window_ms),
    FIELD(STRING, packet_subscribe, camera),  {END},
};
static const struct field stream[] = {
    FIELD(U16, packet_stream, serial),     FIELD(U16, packet_stream, change),
    FIELD(U64, packet_stream, boot),       FIELD(U64, packet_stream, clock_us),
    FIELD(U16, packet_stream, width),      FIELD(U16, packet_stream, height),
    FIELD(U16, packet_stream, full_width), FIELD(U16, packet_stream, full_height),
    FIELD(U32, packet_stream, millihertz), FIELD(U8, packet_stream, tier),
    FIELD(U8, packet_stream, state),       FIELD(U8, packet_stream, tiers_down),
    FIELD(U8, packet_stream, left_out),    FIELD(U16, packet_stream, stride),
    FIELD(U32, packet_stream, next_frame), FIELD(STRING, packet_stream, camera),
    FIELD(STRING, packet_stream, why),     {END},
};
static const struct field fragment[] = {
    FIELD(U8, packet_fragment, tier),
    FIELD(U8, packet_fragment, flags),
    FIELD(U8, packet_fragment, skipped),
    FIELD(U32, packet_fragment, frame),
    FIELD(U16, packet_fragment, index),
    FIELD(U16, packet_fragment, count),
    FIELD(U32, packet_fragment, frame_bytes),
    FIELD(U64, packet_fragment, capture_us),
    {END},
};
static const struct field report[] = {
    FIELD(U16, packet_report, change),
    FIELD(U32, packet_report, newest),
    FIELD(U32, packet_report, frames),
    FIELD(U32, packet_report, frames_incomplete),
    FIELD(U32, packet_report, expected),
    FIELD(U32, packet_report, received),
    FIELD(U32, packet_report, repaired),
    FIELD(U32, packet_report, jitter_us),
    FIELD(U64, packet_report, echo_us),
    FIELD(U32, packet_report, echo_delay_us),
    FIELD(U32, packet_report, queue_us),
    FIELD(U32, packet_report, path_kbps),
    {END},
};
static const struct field nack[] = {
    FIELD(U8, packet_nack, tier),
    FIELD(U32, packet_nack, frame),
    FIELD(U16, packet_nack, first),
    FIELD(U16, packet_nack, bytes),
    {END},
};
static const struct field fetch[] = {
    FIELD(U64, packet_fetch, boot),
    FIELD(U32, packet_fetch, from),
    FIELD(U32, packet_fetch, to),
    {END},
};
static const struct field ping[] = {FIELD(U64, packet_ping, sent_us), {END}};
static const struct field pong[] = {
    FIELD(U64, packet_pong, ping_us),
    FIELD(U64, packet_pong, received_us),
    FIELD(U64, packet_pong, sent_us),
    {END},
};
static const struct field goodbye[] = {
    FIELD(U8, packet_goodbye, reason),
    FIELD(STRING, packet_goodbye, text),
    {END},
};

static const struct {
    const char *name;
    const struct field *fields;
} types[] = {
    [PACKET_CATALOGUE_ASK] = {"CATALOGUE?", catalogue_ask},
    [PACKET_CATALOGUE] = {"CATALOGUE", catalogue},
    [PACKET_SUBSCRIBE] = {"SUBSCRIBE", subscribe},
    [PACKET_STREAM] = {"STREAM", stream},
    [PACKET_FRAGMENT] = {"FRAGMENT", fragment},
    [PACKET_REPORT] = {"REPORT", report},
    [PACKET_NACK] = {"NACK", nack},
    [PACKET_FETCH] = {"FETCH", fetch},
    [PACKET_PING] = {"PING", ping},
    [PACKET_PONG] = {"PONG", pong},
    [PACKET_GOODBYE] = {"GOODBYE", goodbye},
};

const char *packet_type_name(enum packet_type type)
{
    return types[type].name;
}

static void print_field(const char *prefix, const struct field *f, const void *base, FILE *out)
{
    const char *at = (const char *)base + f->at;
    fprintf(out, "%s%s ", prefix, f->name);
    switch (f->kind) {
    case U8:
        fprintf(out, "%u\n", *(const uint8_t *)at);
        break;
    case U16:
        fprintf(out, "%u\n", *(const uint16_t *)at);
        break;
    case U32:
        fprintf(out, "%" PRIu32 "\n", *(const uint32_t *)at);
        break;
    case U64:
        fprintf(out, "%" PRIu64 "\n", *(const uint64_t *)at);
        break;
    case STRING:
        fprintf(out, "%s\n", at);
        break;
    case END:
        break;
    }
}

static void print_fields(const char *prefix, const struct field *f, const void *base, FILE *out)
{
    for (; f->kind != END; f++)
        print_field(prefix, f, base, out);
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t len, FILE *out)
{
    fprintf(out, "%s ", name);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%02x", bytes[i]);
    fputc('\n', out);
}

void packet_print(const struct packet *p, FILE *out)
{
    /* All members of the union begin at the same place. */
    print_fields("", types[p->type].fields, &p->ping, out);
    if (p->type == PACKET_FRAGMENT)
        print_bytes("payload", p->fragment.payload, p->fragment.payload_len, out);
    if (p->type == PACKET_NACK)
        print_bytes("bitmap", p->nack.bitmap, p->nack.bytes, out);
    for (unsigned i = 0; p->type == PACKET_CATALOGUE && i < p->catalogue.n; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "camera[%u].", i);
        print_fields(prefix, camera, &p->catalogue.camera[i], out);
    }
}
