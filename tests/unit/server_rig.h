/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SERVER_RIG_H
#define TESTS_UNIT_SERVER_RIG_H

#include "proto/talk_server.h"
#include "util/mono.h"

/* A talk_server and the client's part of the talk, in virtual time: ms counts from BEGIN, which is
 * not 0, so that a forgotten time shows. */
#define MS    NS_PER_MS
#define BEGIN (1000 * NS_PER_S)

extern struct talk_server t;
extern struct packet out; /* the newest message of the server */

int rig_setup(void **state);

/* What talk_server_on_message makes of a message from the client. */
int hear(struct packet *p, uint64_t ms);

/* An enum talk_server_do, whose message is then in out. */
int next(uint64_t ms);
void expect_send(uint64_t ms, enum packet_type type);
void expect_wait(uint64_t ms);

/* Deadlines are told in ms after BEGIN; what is due at once is 0. */
uint64_t deadline_ms(void);

/* Messages of the client. */
struct packet subscribe(uint16_t serial);
struct packet report(uint16_t change);
struct packet ping(uint64_t sent_us);

/* The owner's answer to a subscription. */
void answer(uint32_t next_frame);

/* Subscribed, answered and acknowledged at ms. */
void begin_stream(uint64_t ms);

#define TEST(f) cmocka_unit_test_setup(f, rig_setup)

#endif
