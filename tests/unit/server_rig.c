/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/server_rig.h"

struct talk_server t;
struct packet out;

int rig_setup(void **state)
{
    talk_server_init(&t, BEGIN);
    memset(&out, 0, sizeof out);
    return 0;
}

int hear(struct packet *p, uint64_t ms)
{
    uint8_t buf[PROTO_UDP_PAYLOAD];
    size_t len = packet_encode(p, buf, sizeof buf);
    assert_true(len > 0);
    return talk_server_on_message(&t, buf, len, BEGIN + ms * MS);
}

int next(uint64_t ms)
{
    return (int)talk_server_next(&t, BEGIN + ms * MS, &out);
}

uint64_t deadline_ms(void)
{
    uint64_t at = talk_server_deadline(&t);
    return at <= BEGIN ? 0 : (at - BEGIN) / MS;
}

void expect_send(uint64_t ms, enum packet_type type)
{
    assert_int_equal(next(ms), TALK_SERVER_SEND);
    assert_int_equal(out.type, type);
}

void expect_wait(uint64_t ms)
{
    assert_int_equal(next(ms), TALK_SERVER_WAIT);
}

struct packet subscribe(uint16_t serial)
{
    return (struct packet){
        .type = PACKET_SUBSCRIBE,
        .subscribe = {.version = PROTO_VERSION, .serial = serial, .token = 7, .camera = "yard"},
    };
}

struct packet report(uint16_t change)
{
    return (struct packet){.type = PACKET_REPORT, .report = {.change = change}};
}

struct packet ping(uint64_t sent_us)
{
    return (struct packet){.type = PACKET_PING, .ping = {.sent_us = sent_us}};
}

void answer(uint32_t next_frame)
{
    struct packet_stream s = {
        .boot = 99,
        .width = 640,
        .height = 480,
        .full_width = 640,
        .full_height = 480,
        .millihertz = 25000,
        .stride = 1100,
        .next_frame = next_frame,
        .camera = "yard",
    };
    talk_server_stream(&t, &s);
}

void begin_stream(uint64_t ms)
{
    struct packet p = subscribe(1);
    assert_int_equal(hear(&p, ms), 0);
    assert_int_equal(next(ms), TALK_SERVER_SUBSCRIBE);
    answer(10);
    expect_send(ms, PACKET_STREAM);
    p = report(out.stream.change);
    assert_int_equal(hear(&p, ms), 0);
    expect_wait(ms);
    assert_true(talk_server_media(&t));
}
