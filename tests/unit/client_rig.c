/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/client_rig.h"
#include "util/alloc.h"

struct talk_client t;
struct packet said; /* the newest message of the client */
uint8_t said_bytes[PROTO_UDP_PAYLOAD];
int held; /* frames' memory that is out */
unsigned frames, streams, restarts, goodbyes, parts;
uint32_t newest_frame; /* of on_frame */
struct packet_catalogue part;
uint32_t record[RECORDED_MAX];
unsigned kept, recorded, overs;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = mem_alloc(bytes);
    held++;
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
    held--;
}

static void *on_frame(void *ctx, const struct reasm_slot *slot, bool keep, uint64_t now_ns)
{
    assert_int_equal(slot->bytes, FRAME_BYTES);
    newest_frame = slot->frame;
    frames++;
    kept += keep;
    if (keep) {
        memcpy(slot->data, &slot->frame, sizeof slot->frame);
        return slot->handle;
    }
    give_back(ctx, slot->handle);
    return NULL;
}

static void on_record(void *ctx, void *handle)
{
    if (!handle) {
        overs++;
        return;
    }
    assert_true(recorded < RECORDED_MAX);
    memcpy(&record[recorded++], handle, sizeof record[0]);
    give_back(ctx, handle);
}

static void on_stream(void *ctx, const struct packet_stream *s, bool restarted)
{
    assert_ptr_equal(s, &t.stream);
    streams++;
    restarts += restarted;
}

static void on_goodbye(void *ctx, const struct packet_goodbye *g)
{
    goodbyes++;
}

static void on_catalogue(void *ctx, const struct packet_catalogue *c)
{
    parts++;
    part = *c;
}

int rig_setup(void **state)
{
    kept = recorded = overs = 0;
    frames = streams = restarts = goodbyes = parts = 0;
    held = 0;
    talk_client_init(&t,
                     &(struct talk_client_owner){
                         .memory = {.take = take, .give_back = give_back},
                         .on_frame = on_frame,
                         .on_record = on_record,
                         .on_stream = on_stream,
                         .on_goodbye = on_goodbye,
                         .on_catalogue = on_catalogue,
                     },
                     0x70ce);
    return 0;
}

int rig_teardown(void **state)
{
    talk_client_fini(&t);
    assert_int_equal(held, 0);
    return 0;
}

/* The type of the next message, 0: none. */
int next(uint64_t ms)
{
    size_t len = talk_client_next(&t, BEGIN + ms * MS, said_bytes, sizeof said_bytes);
    if (len == 0)
        return 0;
    assert_int_equal(packet_decode(said_bytes, len, &said), 0);
    return said.type;
}

/* Everything it wants to say now, as a bit for each type. */
unsigned all(uint64_t ms)
{
    unsigned types = 0;
    int type;
    while ((type = next(ms)))
        types |= 1u << type;
    return types;
}

bool says(uint64_t ms, enum packet_type type)
{
    return all(ms) >> type & 1;
}

uint64_t deadline_ms(void)
{
    uint64_t at = talk_client_deadline(&t);
    return at <= BEGIN ? 0 : (at - BEGIN + MS - 1) / MS;
}

int hear(const struct packet *p, uint64_t ms)
{
    uint8_t buf[PROTO_UDP_PAYLOAD_MAX];
    size_t len = packet_encode(p, buf, sizeof buf);
    assert_true(len > 0);
    return talk_client_on_message(&t, buf, len, BEGIN + ms * MS);
}

void hear_stream(uint16_t change, uint64_t boot, uint32_t next_frame, uint64_t ms)
{
    struct packet p = {
        .type = PACKET_STREAM,
        .stream = {.serial = t.want.serial,
                   .change = change,
                   .boot = boot,
                   .width = 640,
                   .height = 480,
                   .full_width = 640,
                   .full_height = 480,
                   .millihertz = 25000,
                   .stride = STRIDE,
                   .next_frame = next_frame,
                   .camera = "yard"},
    };
    assert_int_equal(hear(&p, ms), 0);
}

void hear_flagged(uint32_t frame, uint16_t index, uint8_t flags, uint64_t ms)
{
    static uint8_t payload[STRIDE];
    struct packet p = {
        .type = PACKET_FRAGMENT,
        .fragment = {.flags = flags,
                     .frame = frame,
                     .index = index,
                     .count = FRAGMENTS,
                     .frame_bytes = FRAME_BYTES,
                     .capture_us = frame * UINT64_C(40000),
                     .payload = payload,
                     .payload_len = index < 2 ? STRIDE : FRAME_BYTES % STRIDE},
    };
    assert_int_equal(hear(&p, ms), 0);
}

void hear_fragment(uint32_t frame, uint16_t index, uint64_t ms)
{
    hear_flagged(frame, index, 0, ms);
}

void hear_frame(uint32_t frame, uint64_t ms)
{
    for (uint16_t i = 0; i < FRAGMENTS; i++)
        hear_fragment(frame, i, ms);
}

void hear_past(uint32_t frame, uint64_t ms)
{
    for (uint16_t i = 0; i < FRAGMENTS; i++)
        hear_flagged(frame, i, FRAGMENT_HISTORY, ms);
}

void hear_pong(uint64_t ping_us, int64_t offset_us, uint64_t ms)
{
    uint64_t at_us = ping_us + (uint64_t)offset_us; /* the whole way is back */
    struct packet p = {.type = PACKET_PONG, .pong = {ping_us, at_us, at_us}};
    assert_int_equal(hear(&p, ms), 0);
}

void connect_at(uint64_t ms)
{
    talk_client_connected(&t, BEGIN + ms * MS);
}

/* Connected, subscribed and answered at ms. */
void begin_stream(uint64_t ms)
{
    talk_client_want_stream(&t, "yard", 640, 480, 0);
    connect_at(ms);
    assert_true(says(ms, PACKET_SUBSCRIBE));
    hear_stream(1, BOOT, 10, ms);
    assert_true(says(ms, PACKET_REPORT));
}
