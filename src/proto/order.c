/* SPDX-License-Identifier: MIT */
#include "proto/order.h"

#include <string.h>

#include "proto/serial.h"

static struct order_slot *slot(struct order *o, uint32_t number)
{
    return &o->slot[number % ORDER_FRAMES];
}

static bool in_reach(const struct order *o, uint32_t number)
{
    int32_t ahead = serial_diff(number, o->next);
    return ahead >= 0 && ahead < ORDER_FRAMES;
}

void order_init(struct order *o)
{
    memset(o, 0, sizeof *o);
}

static void settle_debt(struct order *o, struct order_slot *s, bool paid)
{
    if (!s->counted)
        return;
    o->owed_frames--;
    o->owed -= s->owed;
    o->paid_frames += paid;
    o->paid += paid ? s->owed : 0;
    s->counted = false;
}

void order_start(struct order *o, uint32_t next)
{
    memset(o->slot, 0, sizeof o->slot);
    o->next = o->floor = next;
    o->held = 0;
    o->bytes = 0;
    o->delivered = false;
    o->owed_frames = o->owed = 0;
}

bool order_is_missing(const struct order *o, uint32_t number)
{
    const struct order_slot *s = &o->slot[number % ORDER_FRAMES];
    return in_reach(o, number) && !serial_newer(o->floor, number) && !s->handle && !s->left_out;
}

enum order_verdict order_put(struct order *o, uint32_t number, void *handle, uint32_t bytes)
{
    if (serial_diff(number, o->next) >= ORDER_FRAMES)
        return ORDER_FAR;
    if (!order_is_missing(o, number))
        return ORDER_UNWANTED;
    struct order_slot *s = slot(o, number);
    settle_debt(o, s, true);
    s->handle = handle;
    s->bytes = bytes;
    o->held++;
    o->bytes += bytes;
    return ORDER_TAKEN;
}

/* The turn passes on. */
static void *step(struct order *o)
{
    struct order_slot *s = slot(o, o->next);
    void *handle = s->handle;
    settle_debt(o, s, false);
    if (handle) {
        o->held--;
        o->bytes -= s->bytes;
        o->delivered = true;
    } else if (!s->left_out && o->delivered) {
        o->given_up++;
    }
    *s = (struct order_slot){0};
    o->next++;
    return handle;
}

static bool may_pass(struct order *o)
{
    const struct order_slot *s = slot(o, o->next);
    return s->handle || s->left_out || serial_newer(o->floor, o->next);
}

void *order_take(struct order *o)
{
    void *handle = NULL;
    /* What is left out lies within reach; a floor may be far away. */
    for (unsigned i = 0; i < ORDER_FRAMES && !handle && may_pass(o); i++)
        handle = step(o);
    if (!handle && o->held == 0 && serial_newer(o->floor, o->next)) {
        o->given_up += o->delivered ? (uint32_t)serial_diff(o->floor, o->next) : 0;
        o->next = o->floor;
    }
    return handle;
}

void *order_take_any(struct order *o)
{
    void *handle = NULL;
    while (!handle && o->held > 0)
        handle = step(o);
    if (serial_newer(o->next, o->floor))
        o->floor = o->next;
    return handle;
}

uint32_t order_missing_run(const struct order *o, uint32_t end, unsigned gap)
{
    uint32_t last = o->next;
    for (uint32_t n = last + 1; serial_newer(end, n) && n - last <= gap + 1 && in_reach(o, n); n++)
        if (order_is_missing(o, n))
            last = n;
    return last;
}

void order_leave_out(struct order *o, uint32_t from, uint32_t to)
{
    for (uint32_t n = from; serial_newer(to, n); n++) {
        if (!order_is_missing(o, n))
            continue;
        settle_debt(o, slot(o, n), false);
        slot(o, n)->left_out = true;
    }
}

void order_give_up(struct order *o, uint32_t before)
{
    if (serial_newer(before, o->floor))
        o->floor = before;
}

void order_shrink(struct order *o)
{
    uint32_t n = o->next;
    if (o->bytes <= ORDER_BYTES)
        return;
    while (!slot(o, n)->handle)
        n++;
    order_give_up(o, n);
}

void order_owe(struct order *o, uint32_t number, uint32_t packets)
{
    struct order_slot *s = slot(o, number);
    if (!order_is_missing(o, number) || s->counted)
        return;
    s->counted = true;
    s->owed = (uint16_t)(packets < UINT16_MAX ? packets : UINT16_MAX);
    o->owed_frames++;
    o->owed += s->owed;
}
