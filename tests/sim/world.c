/* SPDX-License-Identifier: MIT */
#include "sim/world_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"
#include "util/mono.h"

enum { STEPS_AT_ONCE = 10000 };

void world_broken(const struct world *w, const char *what, const char *file, int line)
{
    printf("Bail out! seed %llu at %llu us: %s:%d: %s\n", (unsigned long long)w->seed,
           (unsigned long long)(w->now_ns / NS_PER_US), file, line, what);
    exit(1);
}

/* FNV-1a over 64-bit words. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t sum_of(const uint8_t *bytes, size_t len)
{
    uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), len);
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, len - i < 8 ? len - i : 8);
        hash = mix(hash, word);
    }
    return hash;
}

void world_note(struct world *w, unsigned what, uint64_t value)
{
    w->trace = mix(mix(mix(w->trace, w->now_ns), what), value);
}

struct world_run *world_current(struct world *w)
{
    return &w->run[w->runs - 1];
}

/* The camera */

uint32_t world_size_of(const struct world *w, const struct world_run *run, uint32_t number)
{
    uint64_t hash = mix(mix(w->seed ^ run->boot, number), number >> 3);
    return w->s.frame_min + (uint32_t)((hash >> 20) % (w->s.frame_max - w->s.frame_min + 1));
}

void world_paint(const struct world_run *run, uint32_t number, uint8_t *at, uint32_t bytes)
{
    uint64_t word = mix(run->boot, number) | 1;
    for (uint32_t i = 0; i < bytes; i += 8) {
        word = word * UINT64_C(6364136223846793005) + 1442695040888963407u;
        memcpy(at + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
}

static void camera_step(struct world *w)
{
    struct world_run *run = world_current(w);
    if (w->now_ns < w->camera_ns)
        return;
    w->camera_ns += w->s.interval_ns;
    MUST(w, run->made < WORLD_FRAMES);
    world_server_frame(w, run->first + run->made++);
}

/* Records in the place of DTLS */

void world_send_record(struct world *w, int end, uint32_t session, const uint8_t *bytes, size_t len)
{
    uint8_t record[RECORD_MAX];
    struct wire_out out = wire_out(record, sizeof record);
    wire_put_u32(&out, session);
    wire_put_bytes(&out, bytes, len);
    wire_put_u64(&out, sum_of(record, SESSION_BYTES + len));
    struct link *l = simlink_end(w->net, end);
    MUST(w, wire_len(&out) > 0);
    MUST(w, l->ops->send(l, &l->bound, &l->bound, record, wire_len(&out), 0, NULL) == 0);
    w->records_said++;
}

static bool open_record(struct world *w, const struct link_dgram *d, uint32_t *session,
                        const uint8_t **bytes, size_t *len)
{
    struct wire_in in = wire_in(d->data, d->len);
    MUST(w, d->len >= SESSION_BYTES + SUM_BYTES);
    *len = d->len - SESSION_BYTES - SUM_BYTES;
    *session = wire_u32(&in);
    *bytes = wire_bytes(&in, *len);
    if (wire_u64(&in) == sum_of(d->data, d->len - SUM_BYTES))
        return true;
    w->records_refused++;
    return false;
}

/* Time */

static void receive(struct world *w, int end)
{
    struct link *l = simlink_end(w->net, end);
    while (l->ops->recv(l, &w->batch) > 0)
        for (size_t i = 0; i < w->batch.n; i++) {
            uint32_t session;
            const uint8_t *bytes;
            size_t len;
            if (!open_record(w, &w->batch.at[i], &session, &bytes, &len))
                continue;
            if (end == SERVER)
                world_server_hear(w, session, bytes, len);
            else
                world_client_hear(w, session, bytes, len);
        }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_event(const struct world *w)
{
    uint64_t at = earlier(w->camera_ns, simlink_deadline(w->net));
    at = earlier(at, world_client_deadline(w));
    return earlier(at, world_server_deadline(w));
}

void world_run(struct world *w, uint64_t ns)
{
    uint64_t before = 0, end_ns = w->now_ns + ns;
    unsigned steps = 0;
    for (;;) {
        uint64_t at = next_event(w);
        if (at > end_ns)
            break;
        w->now_ns = at > w->now_ns ? at : w->now_ns;
        steps = w->now_ns == before ? steps + 1 : 0;
        before = w->now_ns;
        MUST(w, steps < STEPS_AT_ONCE);
        simlink_advance(w->net, w->now_ns);
        receive(w, SERVER);
        receive(w, CLIENT);
        camera_step(w);
        world_server_step(w);
        world_client_step(w);
    }
    w->now_ns = end_ns;
}

static struct netmodel_settings way_up(const struct world *w, const struct netmodel_settings *net)
{
    struct netmodel_settings up = *net;
    up.delay_ns += w->s.up_more_ns;
    up.loss = 1 - (1 - net->loss) * (1 - net->burst_loss);
    up.burst_loss = 0;
    return up;
}

void world_network(struct world *w, const struct netmodel_settings *net)
{
    struct netmodel_settings up = way_up(w, net);
    w->bad = *net;
    simlink_change(w->net, net, &up);
}

void world_clean(struct world *w)
{
    world_network(w, &(struct netmodel_settings){.delay_ns = w->bad.delay_ns});
}

void world_dark(struct world *w, uint64_t ns)
{
    struct netmodel_settings before = w->bad;
    world_network(w, &(struct netmodel_settings){.delay_ns = before.delay_ns, .loss = 1});
    world_run(w, ns);
    world_network(w, &before);
}

void world_restart_server(struct world *w, uint32_t first_frame)
{
    MUST(w, w->runs < WORLD_RUNS);
    world_server_end(w);
    w->run[w->runs++] = (struct world_run){.boot = netmodel_random(&w->rng) | 1,
                                           .began_us = w->camera_ns / NS_PER_US,
                                           .first = first_frame};
}

void world_leave(struct world *w)
{
    w->leaving = true;
    talk_client_close(&w->client);
}

void world_new(struct world *w, const struct world_settings *s, const struct netmodel_settings *net,
               uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->s = *s;
    w->seed = seed;
    netmodel_init(&w->rng, &(struct netmodel_settings){0}, ~seed);
    struct netmodel_settings up = way_up(w, net);
    w->bad = *net;
    w->shift_ns = netmodel_random(&w->rng) >> 14; /* up to 13 days */
    MUST(w, simlink_new(net, &up, seed, &w->net) == 0);
    MUST(w, link_batch_init(&w->batch, 32, RECORD_MAX) == 0);
    w->now_ns = w->camera_ns = w->hello_ns = 100 * NS_PER_S;
    world_restart_server(w, s->first_frame);
    world_client_new(w);
}

void world_free(struct world *w)
{
    talk_client_fini(&w->client);
    MUST(w, w->held == 0);
    link_batch_fini(&w->batch);
    simlink_free(w->net);
    w->net = NULL;
}
