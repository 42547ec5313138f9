/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "net/simlink.h"
#include "proto/pace.h"
#include "proto/talk_client.h"
#include "proto/talk_server.h"
#include "server/repeat.h"

/* A camera that makes patterned frames, talk_server with fragments and pacing, a bad network,
 * talk_client: all in virtual time, from one seed. A record carries its session's number and a
 * checksum in the place of DTLS; an empty one is the handshake. What must always hold is checked on
 * the way and ends the test: every frame exact, each delivered once, no message storm. */
enum {
    WORLD_RUNS = 4,      /* of the server */
    WORLD_FRAMES = 2048, /* in a run */
    WORLD_FRAME_MAX = 64 * 1024,
    WORLD_QUEUE = 2, /* frames that wait for the one under way */
};

struct world_run {
    uint64_t boot;
    uint64_t began_us;
    uint32_t first;                  /* frame number */
    unsigned made, offered;          /* offered: begun to be sent … */
    unsigned unheard;                /* … before the client knew of this run */
    uint8_t delivered[WORLD_FRAMES]; /* how often, by number - first */
};

struct world_settings {
    uint64_t interval_ns;          /* of the camera */
    uint32_t frame_min, frame_max; /* bytes */
    uint32_t first_frame;
    unsigned history;    /* frames that the server keeps */
    uint64_t up_more_ns; /* the way to the server is longer by so much */
};

struct world {
    struct world_settings s;
    struct simlink *net;
    struct netmodel_settings bad; /* how it is now */
    struct netmodel rng;          /* only its random numbers */
    uint64_t seed, now_ns, trace; /* trace: a hash of everything that happened */
    uint64_t shift_ns;            /* how far the server's clock is ahead */
    struct link_batch batch;

    uint64_t camera_ns; /* next frame */
    struct world_run run[WORLD_RUNS];
    unsigned runs;
    const struct world_run *heard; /* the client knows of it */

    struct talk_server server;
    uint32_t server_session; /* 0: none */
    uint32_t queue[WORLD_QUEUE], sending;
    unsigned queued;
    uint32_t sending_bytes;
    uint8_t sending_flags;
    struct pace pace;
    uint8_t frame[WORLD_FRAME_MAX];
    bool past_wanted; /* a FETCH is being answered */
    bool past_begins;
    uint32_t past_next, past_to;
    uint64_t past_ns;
    struct repeat_budget budget;
    struct repeat_memory repeated;
    unsigned repeats, fetches;    /* fragments; requests */
    unsigned ended[REASON_COUNT]; /* sessions, by reason */

    struct talk_client client;
    uint32_t client_session, tries; /* client_session 0: none yet */
    uint64_t hello_ns;
    int held; /* frames' memory that is out */
    unsigned delivered, restarts, goodbyes, sessions;
    bool leaving;
    unsigned recorded, record_holes, record_overs; /* frames in order; numbers between them */
    uint32_t record_first, record_last;
    bool record_restarted;

    uint64_t records_said, records_refused; /* refused: wrong checksum */
};

void world_new(struct world *w, const struct world_settings *s, const struct netmodel_settings *net,
               uint64_t seed);
/* The network is another one from now on. What it loses in bursts it loses singly on the way to the
 * server: bursts are counted in datagrams, and there one of eight would last for seconds. */
void world_network(struct world *w, const struct netmodel_settings *net);
void world_clean(struct world *w); /* as far away as before, and nothing else */
void world_run(struct world *w, uint64_t ns);
void world_dark(struct world *w, uint64_t ns); /* nothing arrives; then all is as before */
void world_restart_server(struct world *w, uint32_t first_frame);
void world_leave(struct world *w); /* the client says goodbye */
void world_free(struct world *w);  /* checks that all memory came back */
struct world_run *world_current(struct world *w);

#endif
