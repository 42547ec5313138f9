/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_NATIVE_TRUST_H
#define RECEIVE_NATIVE_TRUST_H

#include "receive/feed.h"

/* Of feed_native: is the server that showed key (a fingerprint) the one it should be? Asked when
 * nothing was sent yet but the handshake. GOES_ON, or REFUSED or ASK with why said. */
enum feed_end native_judge(struct receiver *r, const char *key);

#endif
