/* SPDX-License-Identifier: MIT */
/* Messages about the session itself: its lease, its clocks, its end. */
#include <string.h>

#include "proto/packet_codec.h"
#include "util/text.h"

static bool any_valid(const struct packet *p)
{
    return true;
}

/* REPORT */

static void report_put(const struct packet *p, struct wire_out *w)
{
    const struct packet_report *m = &p->report;
    wire_put_u16(w, m->change);
    wire_put_u32(w, m->newest);
    wire_put_u32(w, m->frames);
    wire_put_u32(w, m->frames_incomplete);
    wire_put_u32(w, m->expected);
    wire_put_u32(w, m->received);
    wire_put_u32(w, m->repaired);
    wire_put_u32(w, m->jitter_us);
    wire_put_u64(w, m->echo_us);
    wire_put_u32(w, m->echo_delay_us);
    wire_put_u32(w, m->queue_us);
    wire_put_u32(w, m->path_kbps);
}

static void report_get(struct wire_in *w, struct packet *p)
{
    struct packet_report *m = &p->report;
    m->change = wire_u16(w);
    m->newest = wire_u32(w);
    m->frames = wire_u32(w);
    m->frames_incomplete = wire_u32(w);
    m->expected = wire_u32(w);
    m->received = wire_u32(w);
    m->repaired = wire_u32(w);
    m->jitter_us = wire_u32(w);
    m->echo_us = wire_u64(w);
    m->echo_delay_us = wire_u32(w);
    m->queue_us = wire_u32(w);
    m->path_kbps = wire_u32(w);
}

const struct packet_codec packet_report_codec = {report_put, report_get, any_valid};

/* PING */

static void ping_put(const struct packet *p, struct wire_out *w)
{
    wire_put_u64(w, p->ping.sent_us);
}

static void ping_get(struct wire_in *w, struct packet *p)
{
    p->ping.sent_us = wire_u64(w);
}

const struct packet_codec packet_ping_codec = {ping_put, ping_get, any_valid};

/* PONG */

static void pong_put(const struct packet *p, struct wire_out *w)
{
    wire_put_u64(w, p->pong.ping_us);
    wire_put_u64(w, p->pong.received_us);
    wire_put_u64(w, p->pong.sent_us);
}

static void pong_get(struct wire_in *w, struct packet *p)
{
    p->pong.ping_us = wire_u64(w);
    p->pong.received_us = wire_u64(w);
    p->pong.sent_us = wire_u64(w);
}

const struct packet_codec packet_pong_codec = {pong_put, pong_get, any_valid};

/* GOODBYE */

static void goodbye_put(const struct packet *p, struct wire_out *w)
{
    wire_put_u8(w, p->goodbye.reason);
    wire_put_string(w, p->goodbye.text);
}

static void goodbye_get(struct wire_in *w, struct packet *p)
{
    p->goodbye.reason = wire_u8(w);
    wire_string(w, p->goodbye.text, sizeof p->goodbye.text);
}

static bool goodbye_valid(const struct packet *p)
{
    const struct packet_goodbye *m = &p->goodbye;
    return m->reason < REASON_UNREACHABLE && memchr(m->text, '\0', sizeof m->text) &&
           text_printable(m->text);
}

const struct packet_codec packet_goodbye_codec = {goodbye_put, goodbye_get, goodbye_valid};
