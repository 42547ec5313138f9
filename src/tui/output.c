/* SPDX-License-Identifier: MIT */
#include "tui/output.h"

#include <errno.h>
#include <unistd.h>

enum { TURNS = 64 };

#define STATUS     "\033[5n"
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END   "\033[?2026l"

void output_init(struct output *o, int fd, const struct output_pictures *pictures, size_t cap)
{
    *o = (struct output){.fd = fd, .pictures = *pictures};
    flow_init(&o->flow, cap);
    rate_init(&o->rate);
}

void output_fini(struct output *o)
{
    bytes_fini(&o->text);
    bytes_fini(&o->unit);
}

void output_wake(struct output *o)
{
    o->pictures_wait = true;
}

void output_reset(struct output *o)
{
    bytes_clear(&o->text);
    bytes_clear(&o->unit);
    o->sent = 0;
    o->pictures_wait = true;
}

void output_on_status(struct output *o, uint64_t now_ns)
{
    flow_on_answer(&o->flow, now_ns);
}

uint64_t output_deadline(const struct output *o, uint64_t now_ns)
{
    return o->pictures_wait ? flow_deadline(&o->flow, now_ns) : UINT64_MAX;
}

/* Text, then as much of the pictures as may go. True if there is anything. */
static bool add_content(struct output *o, uint64_t now_ns)
{
    size_t start = o->unit.len, room = o->pictures_wait ? flow_room(&o->flow, now_ns) : 0;
    bytes_add(&o->unit, o->text.at, o->text.len);
    bytes_clear(&o->text);
    if (room) {
        o->pictures_wait = o->pictures.slice(o->pictures.ctx, &o->unit, room);
    }
    return o->unit.len > start;
}

/* Makes the next unit; false when there is nothing to send. The request is no part of the update:
 * it asks what has become of it. */
static bool compose(struct output *o, uint64_t now_ns)
{
    bytes_clear(&o->unit);
    o->sent = 0;
    o->asks = flow_wants_probe(&o->flow, now_ns);
    if (o->asks) {
        bytes_text(&o->unit, STATUS);
        return true;
    }
    if (o->synchronized_output) {
        bytes_text(&o->unit, SYNC_BEGIN);
    }
    if (!add_content(o, now_ns)) {
        bytes_clear(&o->unit);
        return false;
    }
    if (o->synchronized_output) {
        bytes_text(&o->unit, SYNC_END);
    }
    o->asks = flow_asks(&o->flow);
    if (o->asks) {
        bytes_text(&o->unit, STATUS);
    }
    return true;
}

static void on_written(struct output *o, size_t n, uint64_t now_ns)
{
    o->sent += n;
    o->total_bytes += n;
    rate_add(&o->rate, now_ns, n);
    flow_on_sent(&o->flow, n, now_ns);
    if (o->sent == o->unit.len && o->asks) {
        flow_on_request(&o->flow, now_ns);
    }
}

int output_pump(struct output *o, uint64_t now_ns)
{
    for (int turn = 0; turn < TURNS; turn++) {
        if (o->sent == o->unit.len && !compose(o, now_ns)) {
            return 0;
        }
        size_t left = o->unit.len - o->sent;
        size_t most = o->chunk && left > o->chunk ? o->chunk : left;
        ssize_t n = write(o->fd, o->unit.at + o->sent, most);
        if (n < 0 && errno != EINTR) {
            return errno == EAGAIN ? 1 : -errno;
        }
        if (n > 0) {
            on_written(o, (size_t)n, now_ns);
        }
        if (o->chunk) {
            return 1; /* poll again before each write: this one might have to wait */
        }
    }
    return 1;
}
