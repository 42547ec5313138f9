/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/frag.h"
#include "proto/wire.h"
#include "util/alloc.h"
#include "util/mono.h"

enum { SESSION_BYTES = 4, SUM_BYTES = 8, STEPS_AT_ONCE = 10000, RECORD_MAX = PROTO_UDP_PAYLOAD };
static const uint64_t HELLO_AGAIN_NS = 200 * NS_PER_MS;
static const uint64_t PROBE_NS = NS_PER_S;

#define MUST(w, condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(w, #condition, __LINE__);                                                       \
    } while (0)

static void broken(const struct world *w, const char *what, int line)
{
    printf("Bail out! seed %llu at %llu us: world.c:%d: %s\n", (unsigned long long)w->seed,
           (unsigned long long)(w->now_ns / NS_PER_US), line, what);
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

static void note(struct world *w, unsigned what, uint64_t value)
{
    w->trace = mix(mix(mix(w->trace, w->now_ns), what), value);
}

struct world_run *world_current(struct world *w)
{
    return &w->run[w->runs - 1];
}

/* The camera */

static uint32_t size_of(const struct world *w, const struct world_run *run, uint32_t number)
{
    uint64_t hash = mix(mix(w->seed ^ run->boot, number), number >> 3);
    return w->s.frame_min + (uint32_t)((hash >> 20) % (w->s.frame_max - w->s.frame_min + 1));
}

static void paint(const struct world_run *run, uint32_t number, uint8_t *at, uint32_t bytes)
{
    uint64_t word = mix(run->boot, number) | 1;
    for (uint32_t i = 0; i < bytes; i += 8) {
        word = word * UINT64_C(6364136223846793005) + 1442695040888963407u;
        memcpy(at + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
}

static void queue_frame(struct world *w, uint32_t number)
{
    if (!talk_server_media(&w->server) || !w->server_session)
        return;
    if (w->queued == WORLD_QUEUE) { /* the oldest makes way */
        memmove(w->queue, w->queue + 1, sizeof w->queue - sizeof w->queue[0]);
        w->queued--;
    }
    w->queue[w->queued++] = number;
}

static void camera_step(struct world *w)
{
    struct world_run *run = world_current(w);
    if (w->now_ns < w->camera_ns)
        return;
    w->camera_ns += w->s.interval_ns;
    MUST(w, run->made < WORLD_FRAMES);
    queue_frame(w, run->first + run->made++);
}

/* Records in the place of DTLS */

static void send_record(struct world *w, int end, uint32_t session, const uint8_t *bytes,
                        size_t len)
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

/* The server */

enum { SERVER = 0, CLIENT = 1 };

static void server_say(struct world *w, const struct packet *p)
{
    uint8_t buf[RECORD_MAX];
    size_t len = packet_encode(p, buf, sizeof buf - SESSION_BYTES - SUM_BYTES);
    MUST(w, len > 0);
    note(w, p->type, p->type == PACKET_STREAM ? p->stream.change : 0);
    send_record(w, SERVER, w->server_session, buf, len);
    talk_server_said(&w->server, w->now_ns);
}

static void answer_subscribe(struct world *w)
{
    const struct world_run *run = world_current(w);
    struct packet_stream s = {
        .boot = run->boot,
        .width = 640,
        .height = 480,
        .full_width = 640,
        .full_height = 480,
        .millihertz = 25000,
        .stride = frag_stride(PROTO_UDP_PAYLOAD),
        .next_frame = run->first + run->made,
        .camera = "sim",
    };
    talk_server_stream(&w->server, &s);
}

static void server_step(struct world *w)
{
    struct packet p;
    while (w->server_session)
        switch (talk_server_next(&w->server, w->now_ns, &p)) {
        case TALK_SERVER_SEND:
            server_say(w, &p);
            break;
        case TALK_SERVER_SUBSCRIBE:
            answer_subscribe(w);
            break;
        case TALK_SERVER_END:
            w->ended[w->server.reason]++;
            w->server_session = 0;
            w->queued = 0;
            w->pace = (struct pace){0};
            break;
        case TALK_SERVER_WAIT:
            return;
        default:
            MUST(w, !"a request nobody made");
        }
}

static void server_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len)
{
    if (len > 0) {
        if (session == w->server_session)
            MUST(w, talk_server_on_message(&w->server, bytes, len, w->now_ns) == 0);
        server_step(w);
        return;
    }
    if ((int32_t)(session - w->server_session) > 0) { /* replaces the one before */
        w->server_session = session;
        w->queued = 0;
        w->pace = (struct pace){0};
        talk_server_init(&w->server, w->now_ns);
    }
    if (session == w->server_session)
        send_record(w, SERVER, session, NULL, 0);
}

static void begin_frame(struct world *w)
{
    struct world_run *run = world_current(w);
    w->sending = w->queue[0];
    memmove(w->queue, w->queue + 1, sizeof w->queue - sizeof w->queue[0]);
    w->queued--;
    w->sending_bytes = size_of(w, run, w->sending);
    paint(run, w->sending, w->frame, w->sending_bytes);
    run->offered++;
    pace_start(&w->pace, frag_count(w->sending_bytes, w->server.stream.stride), w->s.interval_ns,
               w->now_ns);
}

static void send_fragment(struct world *w, uint16_t index)
{
    uint16_t stride = w->server.stream.stride;
    struct packet p = {
        .type = PACKET_FRAGMENT,
        .fragment = {.frame = w->sending,
                     .index = index,
                     .count = w->pace.count,
                     .frame_bytes = w->sending_bytes,
                     .capture_us = w->sending * UINT64_C(40000),
                     .payload = w->frame + frag_offset(index, stride),
                     .payload_len = frag_len(w->sending_bytes, stride, index)},
    };
    /* The simulated record is smaller than a DTLS record, so a full fragment fits. */
    server_say(w, &p);
}

static void media_step(struct world *w)
{
    while (w->server_session && talk_server_media(&w->server)) {
        if (w->pace.sent == w->pace.count && w->queued == 0)
            return;
        if (w->pace.sent == w->pace.count)
            begin_frame(w);
        uint16_t due = pace_due(&w->pace, w->now_ns);
        if (due == 0)
            return;
        for (uint16_t i = 0; i < due; i++)
            send_fragment(w, (uint16_t)(w->pace.sent + i));
        pace_sent(&w->pace, due, w->now_ns);
    }
    w->queued = 0;
    w->pace = (struct pace){0};
}

/* The client */

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    struct world *w = ctx;
    *data = *handle = mem_alloc(bytes);
    w->held += *data != NULL;
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    struct world *w = ctx;
    w->held--;
    mem_free(handle);
}

static struct world_run *run_of(struct world *w, uint64_t boot)
{
    for (unsigned i = 0; i < w->runs; i++)
        if (w->run[i].boot == boot)
            return &w->run[i];
    MUST(w, !"a run nobody began");
    return NULL;
}

static void on_frame(void *ctx, const struct reasm_slot *slot, uint64_t now_ns)
{
    static uint8_t want[WORLD_FRAME_MAX];
    struct world *w = ctx;
    struct world_run *run = run_of(w, w->client.stream.boot);
    uint32_t at = slot->frame - run->first;
    MUST(w, at < run->made);
    MUST(w, run->delivered[at]++ == 0);
    MUST(w, slot->bytes == size_of(w, run, slot->frame));
    paint(run, slot->frame, want, slot->bytes);
    MUST(w, memcmp(want, slot->data, slot->bytes) == 0);
    w->delivered++;
    note(w, PACKET_FRAGMENT, slot->frame);
    give_back(w, slot->handle);
}

static void on_stream(void *ctx, const struct packet_stream *s, bool restarted)
{
    struct world *w = ctx;
    run_of(w, s->boot);
    w->restarts += restarted;
    note(w, PACKET_STREAM, s->boot);
}

static void on_goodbye(void *ctx, const struct packet_goodbye *g)
{
    struct world *w = ctx;
    w->goodbyes++;
    note(w, PACKET_GOODBYE, g->reason);
}

static void on_catalogue(void *ctx, const struct packet_catalogue *c)
{
}

static bool client_seeks(const struct world *w)
{
    return !w->leaving &&
           (!w->client.connected || w->client.over || talk_client_silent(&w->client, w->now_ns));
}

/* A handshake beside the session, if there is one: the first that speaks stays. */
static void client_seek(struct world *w)
{
    if (!client_seeks(w) || w->now_ns < w->hello_ns)
        return;
    if (w->tries == w->client_session)
        w->tries++;
    w->hello_ns = w->now_ns + HELLO_AGAIN_NS;
    send_record(w, CLIENT, w->tries, NULL, 0);
}

static void client_step(struct world *w)
{
    uint8_t buf[RECORD_MAX];
    size_t len;
    unsigned said = 0;
    while ((len = talk_client_next(&w->client, w->now_ns, buf,
                                   sizeof buf - SESSION_BYTES - SUM_BYTES)) > 0) {
        MUST(w, ++said < 10);
        note(w, 0x100u | buf[0], len);
        send_record(w, CLIENT, w->client_session, buf, len);
    }
    client_seek(w);
}

static void client_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len)
{
    if (len > 0) {
        if (session == w->client_session)
            MUST(w, talk_client_on_message(&w->client, bytes, len, w->now_ns) == 0);
        return;
    }
    if (session != w->tries || session == w->client_session || w->leaving)
        return;
    w->client_session = session;
    w->sessions++;
    w->hello_ns = w->now_ns + PROBE_NS;
    talk_client_connected(&w->client, w->now_ns);
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
                server_hear(w, session, bytes, len);
            else
                client_hear(w, session, bytes, len);
        }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_event(const struct world *w)
{
    uint64_t at = earlier(w->camera_ns, simlink_deadline(w->net));
    at = earlier(at, talk_client_deadline(&w->client));
    if (client_seeks(w))
        at = earlier(at, w->hello_ns);
    if (w->server_session) {
        at = earlier(at, talk_server_deadline(&w->server));
        at = earlier(at, pace_deadline(&w->pace));
    }
    return at;
}

void world_run_to(struct world *w, uint64_t ns)
{
    uint64_t before = 0;
    unsigned steps = 0;
    for (;;) {
        uint64_t at = next_event(w);
        if (at > ns)
            break;
        w->now_ns = at > w->now_ns ? at : w->now_ns;
        steps = w->now_ns == before ? steps + 1 : 0;
        before = w->now_ns;
        MUST(w, steps < STEPS_AT_ONCE);
        simlink_advance(w->net, w->now_ns);
        receive(w, SERVER);
        receive(w, CLIENT);
        camera_step(w);
        server_step(w);
        media_step(w);
        client_step(w);
    }
    w->now_ns = ns;
}

void world_restart_server(struct world *w, uint32_t first_frame)
{
    MUST(w, w->runs < WORLD_RUNS);
    w->server_session = 0;
    w->queued = 0;
    w->pace = (struct pace){0};
    w->run[w->runs++] =
        (struct world_run){.boot = netmodel_random(&w->rng) | 1, .first = first_frame};
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
    MUST(w, simlink_new(net, net, seed, &w->net) == 0);
    MUST(w, link_batch_init(&w->batch, 32, RECORD_MAX) == 0);
    w->now_ns = w->camera_ns = w->hello_ns = 100 * NS_PER_S;
    world_restart_server(w, s->first_frame);
    struct talk_client_owner owner = {
        .ctx = w,
        .memory = {.ctx = w, .take = take, .give_back = give_back},
        .on_frame = on_frame,
        .on_stream = on_stream,
        .on_goodbye = on_goodbye,
        .on_catalogue = on_catalogue,
    };
    talk_client_init(&w->client, &owner, seed);
    talk_client_want_stream(&w->client, "sim", 0, 0, 0);
}

void world_free(struct world *w)
{
    talk_client_fini(&w->client);
    MUST(w, w->held == 0);
    link_batch_fini(&w->batch);
    simlink_free(w->net);
    w->net = NULL;
}
