/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORLD_IMPL_H
#define SIM_WORLD_IMPL_H

#include "sim/world.h"

/* Seen by the world's files only: world.c (camera, records, time), world_server.c, world_client.c.
 */
enum { SERVER = 0, CLIENT = 1 };
enum { SESSION_BYTES = 4, SUM_BYTES = 8, RECORD_MAX = PROTO_UDP_PAYLOAD };

#define MUST(w, condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            world_broken(w, #condition, __FILE__, __LINE__);                                       \
    } while (0)

void world_broken(const struct world *w, const char *what, const char *file, int line);
void world_note(struct world *w, unsigned what, uint64_t value); /* into the trace */

/* What a frame of a run is: its length and its bytes. */
uint32_t world_size_of(const struct world *w, const struct world_run *run, uint32_t number);
void world_paint(const struct world_run *run, uint32_t number, uint8_t *at, uint32_t bytes);

void world_send_record(struct world *w, int end, uint32_t session, const uint8_t *bytes,
                       size_t len);

/* world_server.c */
void world_server_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len);
void world_server_frame(struct world *w, uint32_t number); /* the camera made it */
void world_server_step(struct world *w);
void world_server_end(struct world *w); /* its session is gone, without a word */
uint64_t world_server_deadline(const struct world *w);

/* world_client.c */
void world_client_new(struct world *w);
void world_client_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len);
void world_client_step(struct world *w);
uint64_t world_client_deadline(const struct world *w);

#endif
