/* SPDX-License-Identifier: MIT */
#ifndef TESTS_RELAY_OPTIONS_H
#define TESTS_RELAY_OPTIONS_H

#include "net/addr.h"
#include "net/netmodel.h"

enum { RELAY_UP, RELAY_DOWN }; /* to the server, to the client */

struct relay_options {
    struct addr listen, to;
    struct netmodel_settings net[2];
    uint64_t seed;
    uint64_t rebind_ns, cut_ns, cut_for_ns; /* after the first datagram; 0: never */
    uint64_t run_ns;
};

/* 0, 1 when --help was asked for and printed, or -1 after saying on standard error what is wrong.
 */
int relay_options_read(int argc, char **argv, struct relay_options *out);

#endif
