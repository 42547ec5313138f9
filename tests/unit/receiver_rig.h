/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_RECEIVER_RIG_H
#define TESTS_UNIT_RECEIVER_RIG_H

#include <pthread.h>

#include "receive/receiver.h"
#include "unit/fake_server.h"
#include "util/mono.h"

/* A receiver of a fake server, and what it tells. */

#define LONG_NS (20 * NS_PER_S) /* a loaded machine gets its time; nothing waits this long */

extern char known[128]; /* the file of known servers */
extern struct keys *client_keys, *server_keys, *other_keys;

/* What the sinks heard. */
extern struct heard {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned frames, disordered, discontinuities, bad_times;
    uint32_t newest;
    int64_t wall_us;
    struct receiver_status status;
} heard;

void wait_for_state(enum receiver_state state);
void wait_for_frames(unsigned more);
void wait_for_count(struct fake_server *f, unsigned (*count)(struct fake_server *f), unsigned n);

/* Receives the camera "front", with nothing heard yet. */
struct receiver *begin(uint16_t port, enum receiver_trust trust);

/* Before each test: no server is known. */
int forget(void **state);

/* Around all tests: the keys, in a directory that goes with them. */
int set_up(void **state);
int tear_down(void **state);

#endif
