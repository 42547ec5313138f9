/* SPDX-License-Identifier: MIT */
/* A message from anywhere: what is decoded is encoded to as many bytes, and comes back. */
#include <stdlib.h>
#include <string.h>

#include "proto/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int foreign_version(const struct packet *p)
{
    return (p->type == PACKET_CATALOGUE_ASK && p->catalogue_ask.version != PROTO_VERSION) ||
           (p->type == PACKET_SUBSCRIBE && p->subscribe.version != PROTO_VERSION);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t first[PROTO_UDP_PAYLOAD_MAX], second[PROTO_UDP_PAYLOAD_MAX];
    struct packet p;
    if (packet_decode(data, size, &p) != 0)
        return 0;
    size_t len = packet_encode(&p, first, sizeof first);
    if (len != (foreign_version(&p) ? 0 : size))
        abort();
    if (len == 0)
        return 0;
    if (packet_decode(first, len, &p) != 0 || packet_encode(&p, second, sizeof second) != len ||
        memcmp(first, second, len) != 0)
        abort();
    return 0;
}
