/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/frag.h"
#include "unit/reasm_rig.h"
#include "util/alloc.h"

struct reasm r;
int held;
bool refuse;
uint32_t given_up[8];
unsigned n_given_up;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    if (refuse)
        return -1;
    *data = *handle = mem_alloc(bytes);
    assert_non_null(*data);
    held++;
    return 0;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
    held--;
}

static void abandoned(void *ctx, const struct reasm_slot *slot)
{
    if (n_given_up < 8)
        given_up[n_given_up] = slot->frame;
    n_given_up++;
}

int rig_setup(void **state)
{
    held = 0;
    n_given_up = 0;
    refuse = false;
    reasm_init(&r, &(struct reasm_owner){NULL, take, give_back, abandoned});
    reasm_announce(&r, 0, STRIDE, 0);
    return 0;
}

int rig_teardown(void **state)
{
    reasm_fini(&r);
    assert_int_equal(held, 0);
    return 0;
}

static uint8_t pattern(uint32_t frame, uint32_t at)
{
    return (uint8_t)((frame * 31 + at) * 2654435761u >> 24);
}

struct packet_fragment fragment(uint32_t frame, uint32_t bytes, uint16_t index)
{
    static uint8_t payload[PROTO_UDP_PAYLOAD_MAX];
    uint32_t offset = frag_offset(index, r.stride);
    uint16_t len = frag_len(bytes, r.stride, index);
    for (uint16_t i = 0; i < len; i++)
        payload[i] = pattern(frame, offset + i);
    return (struct packet_fragment){
        .tier = r.tier,
        .frame = frame,
        .index = index,
        .count = frag_count(bytes, r.stride),
        .frame_bytes = bytes,
        .capture_us = frame * UINT64_C(40000),
        .payload = payload,
        .payload_len = len,
    };
}

enum reasm_verdict add(const struct packet_fragment *f, uint64_t now_ns)
{
    struct reasm_slot *slot;
    enum reasm_verdict v = reasm_add(&r, f, now_ns, &slot);
    assert_int_equal(v == REASM_COMPLETE, slot != NULL);
    if (!slot)
        return v;
    assert_int_equal(slot->frame, f->frame);
    for (uint32_t i = 0; i < slot->bytes; i++)
        if (slot->data[i] != pattern(slot->frame, i))
            fail_msg("frame %u differs at %u", slot->frame, i);
    give_back(NULL, slot->handle);
    return v;
}

enum reasm_verdict put(uint32_t frame, uint32_t bytes, uint16_t index, uint64_t now_ns)
{
    struct packet_fragment f = fragment(frame, bytes, index);
    return add(&f, now_ns);
}
