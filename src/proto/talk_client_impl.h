/* SPDX-License-Identifier: MIT */
#ifndef PROTO_TALK_CLIENT_IMPL_H
#define PROTO_TALK_CLIENT_IMPL_H

#include "proto/talk_client.h"

/* Seen by the files of talk_client only: talk_client.c (wants, sessions), talk_client_hear.c,
 * talk_client_say.c, talk_client_record.c. */

/* talk_client.c */
struct repair_path talk_client_path(const struct talk_client *t);
uint64_t talk_client_silent_at(const struct talk_client *t); /* if nothing more is heard */

/* talk_client_record.c */
void record_init(struct talk_client *t);
void record_restart(struct talk_client *t); /* another run of the server */
void record_stream(struct talk_client *t, uint64_t now_ns);
/* A frame is whole, live or of the history: to the owner, and to its turn. */
void record_whole(struct talk_client *t, const struct reasm_slot *slot, uint64_t now_ns);
bool record_fragment(struct talk_client *t, const struct packet_fragment *f, uint64_t now_ns);
/* False: nothing to say. */
bool record_next(struct talk_client *t, uint64_t now_ns, size_t cap, struct packet *p);
void record_step(struct talk_client *t, uint64_t now_ns);
uint64_t record_deadline(const struct talk_client *t);

#endif
