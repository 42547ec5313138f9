/* SPDX-License-Identifier: MIT */
#include "sim/world_impl.h"

#include <string.h>

#include "util/alloc.h"
#include "util/mono.h"

static const uint64_t HELLO_AGAIN_NS = 200 * NS_PER_MS;
static const uint64_t PROBE_NS = NS_PER_S;

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

static void *on_frame(void *ctx, const struct reasm_slot *slot, bool keep, uint64_t now_ns)
{
    static uint8_t want[WORLD_FRAME_MAX];
    struct world *w = ctx;
    struct world_run *run = run_of(w, w->client.stream.boot);
    uint32_t at = slot->frame - run->first;
    MUST(w, at < run->made);
    bool past = slot->flags & FRAGMENT_HISTORY;
    MUST(w, past || run->delivered[at]++ == 0);
    MUST(w, slot->bytes == world_size_of(w, run, slot->frame));
    world_paint(run, slot->frame, want, slot->bytes);
    MUST(w, memcmp(want, slot->data, slot->bytes) == 0);
    w->delivered += !past;
    world_note(w, PACKET_FRAGMENT, slot->frame);
    if (keep) { /* its number is all that is looked at later */
        memcpy(slot->data, &slot->frame, sizeof slot->frame);
        return slot->handle;
    }
    give_back(w, slot->handle);
    return NULL;
}

static void on_record(void *ctx, void *handle)
{
    struct world *w = ctx;
    uint32_t number;
    if (!handle) {
        w->record_overs++;
        return;
    }
    memcpy(&number, handle, sizeof number);
    give_back(w, handle);
    world_note(w, PACKET_FETCH, number);
    if (w->recorded++ == 0)
        w->record_first = number;
    else
        MUST(w, w->record_restarted || (int32_t)(number - w->record_last) > 0);
    w->record_holes += w->record_restarted || w->recorded == 1 ? 0 : number - w->record_last - 1;
    w->record_restarted = false;
    w->record_last = number;
}

static void on_stream(void *ctx, const struct packet_stream *s, bool restarted)
{
    struct world *w = ctx;
    struct world_run *run = run_of(w, s->boot);
    if (run != w->heard)
        run->unheard = run->offered;
    w->heard = run;
    w->restarts += restarted;
    w->record_restarted |= restarted;
    world_note(w, PACKET_STREAM, s->boot);
}

static void on_goodbye(void *ctx, const struct packet_goodbye *g)
{
    struct world *w = ctx;
    w->goodbyes++;
    world_note(w, PACKET_GOODBYE, g->reason);
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
    world_send_record(w, CLIENT, w->tries, NULL, 0);
}

void world_client_step(struct world *w)
{
    uint8_t buf[RECORD_MAX];
    size_t len;
    unsigned said = 0;
    while ((len = talk_client_next(&w->client, w->now_ns, buf,
                                   sizeof buf - SESSION_BYTES - SUM_BYTES)) > 0) {
        MUST(w, ++said < 2 * REPAIR_FRAMES + 10); /* live ones and of the history */
        world_note(w, 0x100u | buf[0], len);
        world_send_record(w, CLIENT, w->client_session, buf, len);
    }
    client_seek(w);
}

void world_client_hear(struct world *w, uint32_t session, const uint8_t *bytes, size_t len)
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

uint64_t world_client_deadline(const struct world *w)
{
    uint64_t at = talk_client_deadline(&w->client);
    return client_seeks(w) && w->hello_ns < at ? w->hello_ns : at;
}

void world_client_new(struct world *w)
{
    struct talk_client_owner owner = {
        .ctx = w,
        .memory = {.ctx = w, .take = take, .give_back = give_back},
        .on_frame = on_frame,
        .on_record = on_record,
        .on_stream = on_stream,
        .on_goodbye = on_goodbye,
        .on_catalogue = on_catalogue,
    };
    talk_client_init(&w->client, &owner, w->seed);
    talk_client_want_stream(&w->client, "sim", 0, 0, 0);
}
