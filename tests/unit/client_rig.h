/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CLIENT_RIG_H
#define TESTS_UNIT_CLIENT_RIG_H

#include <stdbool.h>

#include "proto/talk_client.h"
#include "util/mono.h"

/* A talk_client and the server's part of the talk, in virtual time: ms counts from BEGIN. */
#define MS    NS_PER_MS
#define BEGIN (1000 * NS_PER_S)
#define BOOT  UINT64_C(0xb007)
enum { STRIDE = 1000, FRAME_BYTES = 2500, FRAGMENTS = 3 };

extern struct talk_client t;
extern struct packet said; /* the newest message of the client */
extern int held;           /* frames' memory that is out */
extern unsigned frames, streams, restarts, goodbyes, parts;
extern uint32_t newest_frame; /* of on_frame */
extern struct packet_catalogue part;
enum { RECORDED_MAX = 4096 };
extern uint32_t record[RECORDED_MAX]; /* numbers that on_record got */
extern unsigned kept, recorded, overs;

int rig_setup(void **state);
int rig_teardown(void **state);

/* The type of the next message, which is then in said; 0: none. */
int next(uint64_t ms);

/* Everything it wants to say now, as a bit for each type. */
unsigned all(uint64_t ms);
bool says(uint64_t ms, enum packet_type type);

/* When it wants to be asked next. */
uint64_t deadline_ms(void);

/* What talk_client_on_message makes of a message from the server. */
int hear(const struct packet *p, uint64_t ms);
void hear_stream(uint16_t change, uint64_t boot, uint32_t next_frame, uint64_t ms);
void hear_flagged(uint32_t frame, uint16_t index, uint8_t flags, uint64_t ms);
void hear_fragment(uint32_t frame, uint16_t index, uint64_t ms);
void hear_frame(uint32_t frame, uint64_t ms);
void hear_past(uint32_t frame, uint64_t ms); /* a whole frame of the history */
void hear_pong(uint64_t ping_us, int64_t offset_us, uint64_t ms);
void connect_at(uint64_t ms);

/* Connected, subscribed and answered at ms. */
void begin_stream(uint64_t ms);

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

#endif
