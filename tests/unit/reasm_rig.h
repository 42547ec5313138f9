/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_REASM_RIG_H
#define TESTS_UNIT_REASM_RIG_H

#include "proto/reasm.h"

/* A reasm and its owner, whose memory is counted. */
enum { STRIDE = 100 };

extern struct reasm r;
extern int held;             /* frames' memory that is out */
extern bool refuse;          /* the owner has no memory */
extern uint32_t given_up[8]; /* numbers, as abandoned() said them */
extern unsigned n_given_up;

int rig_setup(void **state); /* a stride of STRIDE is announced, tier 0 */
int rig_teardown(void **state);

/* A fragment as a sender with r's stride makes it; its payload stays until the next call. */
struct packet_fragment fragment(uint32_t frame, uint32_t bytes, uint16_t index);

/* What reasm_add makes of it; a complete frame is compared with what was sent, and given back. */
enum reasm_verdict add(const struct packet_fragment *f, uint64_t now_ns);
enum reasm_verdict put(uint32_t frame, uint32_t bytes, uint16_t index, uint64_t now_ns);

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

#endif
