/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_PACKET_SAMPLES_H
#define TOOLS_PACKET_SAMPLES_H

#include <stddef.h>
#include <stdio.h>

#include "proto/packet.h"

/* As many cameras as one message takes. */
#define PACKET_SAMPLE_CAMERAS                                                                      \
    {                                                                                              \
        {"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}, {"g"}, {"h"}, {"i"}, {"j"}, {"k"}, {"l"}, {"m"}, \
            {"n"}, {"o"}, {"p"},                                                                   \
    }

/* At least one message of every type, with values at the ends of their ranges among them. */
extern const struct packet packet_samples[];
extern const size_t packet_samples_n;
enum { PACKET_SAMPLE_BYTES = 2048 }; /* every sample encoded is shorter */

const char *packet_type_name(enum packet_type type); /* as in doc/protocol.md */

/* The fields in their order on the wire, one "name value" a line; bytes in hex. */
void packet_print(const struct packet *p, FILE *out);

#endif
