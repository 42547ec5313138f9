/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SECURE_RIG_H
#define TESTS_UNIT_SECURE_RIG_H

#include "unit/net_pair.h"

/* Far more than a handshake takes with its flights repeated, for machines under load. The library
 * itself gives up after 5 s. */
enum { HANDSHAKE_MS = 20000 };

extern struct pair p;

int rig_setup(void **state);
int rig_setup_done(void **state); /* with the handshake */
int rig_teardown(void **state);

/* Feeds one datagram to an end; what secure_recv makes of it. */
int give(int end, const uint8_t *bytes, size_t len, uint8_t *buf, size_t cap);

/* Sends from an end and leaves the record in the queue. */
void send_text(int from, const char *text);

/* The oldest datagram to an end holds this text. */
void assert_receives(int end, const char *text);

/* Both ends send, and are heard. */
void assert_alive(void);

#define FRESH(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
#define DONE(test)  cmocka_unit_test_setup_teardown(test, rig_setup_done, rig_teardown)

#endif
