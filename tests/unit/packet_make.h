/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PACKET_MAKE_H
#define TESTS_UNIT_PACKET_MAKE_H

#include "proto/packet.h"

/* Messages with the fields that matter; who includes this has a payload[]. */
#define FRAGMENT(...)                                                                              \
    {                                                                                              \
        .type = PACKET_FRAGMENT, .fragment = {.payload = payload, __VA_ARGS__ }                    \
    }
#define STREAM(...)                                                                                \
    {                                                                                              \
        .type = PACKET_STREAM, .stream = { __VA_ARGS__ }                                           \
    }
#define CATALOGUE(...)                                                                             \
    {                                                                                              \
        .type = PACKET_CATALOGUE, .catalogue = { __VA_ARGS__ }                                     \
    }
#define SUBSCRIBE(...)                                                                             \
    {                                                                                              \
        .type = PACKET_SUBSCRIBE, .subscribe = {.version = PROTO_VERSION, __VA_ARGS__ }            \
    }
#define NACK(...)                                                                                  \
    {                                                                                              \
        .type = PACKET_NACK, .nack = {.bitmap = payload, __VA_ARGS__ }                             \
    }
#define FETCH(a, b)                                                                                \
    {                                                                                              \
        .type = PACKET_FETCH, .fetch = {.from = (a), .to = (b) }                                   \
    }
#define GOODBYE(...)                                                                               \
    {                                                                                              \
        .type = PACKET_GOODBYE, .goodbye = { __VA_ARGS__ }                                         \
    }

#endif
