/* SPDX-License-Identifier: MIT */
/* A frame leaves as fragments, each a DTLS record, in paced groups; a group is one system call
 * (UDP_SEGMENT), because all its records but the frame's last are of one size. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "proto/frag.h"
#include "server/groups.h"
#include "server/session.h"
#include "util/mono.h"

enum { SEND_TRIES = 3, SEND_WAIT_MS = 5 };

static int wait_writable(const struct link *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};
    return l->fd >= 0 && poll(&p, 1, SEND_WAIT_MS) > 0 ? 0 : -EAGAIN;
}

/* The socket's buffer may be full for a moment: it is waited for, shortly. */
static void send_now(struct session *s, const uint8_t *bytes, size_t len, size_t segment)
{
    const struct client *c = s->client;
    for (int i = 0; i < SEND_TRIES && len > 0; i++) {
        size_t done = 0;
        int rc = c->link->ops->send(c->link, &c->local, &c->peer, bytes, len, segment, &done);
        if (rc == 0)
            return;
        bytes += done;
        len -= done;
        if (rc != -EAGAIN || wait_writable(c->link) != 0)
            break;
    }
    s->send_failures += len > 0;
}

static void group_flush(struct session *s)
{
    if (s->group_len > 0)
        send_now(s, s->group, s->group_len, s->group_segment);
    groups_give(s->client->service->groups, s->group);
    s->group = NULL;
    s->group_len = s->group_segment = 0;
}

int session_out(void *session, const uint8_t *dgram, size_t len)
{
    struct session *s = session;
    if (!s->grouping) {
        send_now(s, dgram, len, len);
        return 0;
    }
    if (s->group_len + len > s->group_cap || (s->group_segment && len > s->group_segment))
        group_flush(s);
    if (!s->group)
        s->group = groups_take(s->client->service->groups);
    if (!s->group || len > s->group_cap)
        return -EAGAIN;
    if (s->group_segment == 0)
        s->group_segment = len;
    memcpy(s->group + s->group_len, dgram, len);
    s->group_len += len;
    if (len < s->group_segment) /* only the last one of a group may be shorter */
        group_flush(s);
    return 0;
}

void session_fragment(struct session *s, const struct frame *f, uint16_t count, uint16_t index,
                      uint8_t flags)
{
    uint8_t header[PROTO_FRAGMENT_HEADER];
    const struct packet_fragment fragment = {
        .tier = f->tier,
        .flags = flags,
        .skipped = thin_skipped(&s->thin, f->number),
        .frame = f->number,
        .index = index,
        .count = count,
        .frame_bytes = (uint32_t)f->len,
        .capture_us = f->capture_us,
    };
    packet_fragment_header(&fragment, header);
    uint16_t len = frag_len((uint32_t)f->len, s->stride, index);
    s->grouping = true;
    secure_send2(s->secure, header, sizeof header, f->data + frag_offset(index, s->stride), len);
    s->grouping = false;
    s->totals.bytes += sizeof header + len;
    if (flags == 0)
        s->sent.bytes += sizeof header + len;
}

void session_flush(struct session *s)
{
    group_flush(s);
}

void session_media_stop(struct session *s)
{
    frame_unref(&s->frame);
    s->pace = (struct pace){0};
}

static uint64_t interval_ns(const struct session *s)
{
    uint32_t millihertz = s->stream.millihertz ? s->stream.millihertz : 25000;
    return NS_PER_S * 1000 / millihertz;
}

/* On a narrow path as fast as that takes it, but before the next frame is due. */
static void start_pace(struct session *s, uint16_t count, uint64_t now_ns)
{
    uint64_t kbps = ratectl_pace_kbps(&s->rate);
    uint64_t longest_ns = interval_ns(s) * (s->thin.left_out + 1u) / 10 * 9;
    if (kbps == 0) {
        pace_start(&s->pace, count, interval_ns(s), now_ns);
        return;
    }
    uint64_t spread_ns = s->frame->len * 8 * NS_PER_MS / kbps;
    pace_start_over(&s->pace, count, spread_ns < longest_ns ? spread_ns : longest_ns, now_ns);
}

/* A live frame of another size than was told: tell first. */
static void check_size(struct session *s, uint64_t now_ns)
{
    const struct frame *f = s->frame;
    if (f->width == s->stream.width && f->height == s->stream.height)
        return;
    s->stream.width = f->width;
    s->stream.height = f->height;
    talk_server_stream(&s->talk, &s->stream);
    session_drive(s, now_ns);
}

/* Of the tier that was told (frames of an older one may still be queued) and of the client's share.
 */
static bool is_wanted(const struct session *s, const struct frame *f)
{
    return f->tier == s->watcher.tier && thin_wants(&s->thin, f->number);
}

/* The next live frame, or else one of the history. */
static bool next_frame(struct session *s, uint64_t now_ns)
{
    while ((s->frame = inbox_take_frame(&s->client->inbox)) && !is_wanted(s, s->frame)) {
        thin_leave_out(&s->thin, s->frame->number);
        frame_unref(&s->frame);
    }
    s->frame_flags = 0;
    if (s->frame) {
        thin_sent(&s->thin, s->frame->number);
        check_size(s, now_ns);
    } else {
        s->frame = session_history_frame(s, interval_ns(s), now_ns, &s->frame_flags);
    }
    if (!s->frame)
        return false;
    uint16_t count = frag_count((uint32_t)s->frame->len, s->stride);
    start_pace(s, count, now_ns);
    if (count == 0)
        session_media_stop(s);
    return count > 0;
}

static void frame_is_out(struct session *s)
{
    if (!(s->frame_flags & FRAGMENT_HISTORY)) {
        s->totals.frames++;
        repeat_earn(&s->budget, s->frame->len);
    }
    session_media_stop(s);
}

static void send_group(struct session *s, uint16_t n, uint64_t now_ns)
{
    for (uint16_t i = 0; i < n; i++)
        session_fragment(s, s->frame, s->pace.count, (uint16_t)(s->pace.sent + i), s->frame_flags);
    group_flush(s);
    pace_sent(&s->pace, n, now_ns);
    talk_server_said(&s->talk, now_ns);
    if (s->pace.sent == s->pace.count)
        frame_is_out(s);
}

void session_media(struct session *s, uint64_t now_ns)
{
    if (!talk_server_media(&s->talk)) {
        session_media_stop(s);
        thin_pause(&s->thin);
        inbox_drop_frames(&s->client->inbox);
        return;
    }
    while (!s->ended && (s->frame || next_frame(s, now_ns))) {
        uint16_t n = pace_due(&s->pace, now_ns);
        if (n == 0)
            return;
        send_group(s, n, now_ns);
    }
}

uint64_t session_media_deadline(const struct session *s)
{
    return s->frame ? pace_deadline(&s->pace) : session_history_deadline(s);
}
