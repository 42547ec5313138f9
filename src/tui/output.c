/* SPDX-License-Identifier: MIT */
#include "tui/output.h"

#include <errno.h>
#include <unistd.h>

enum { SLICE_BYTES = 48 * 1024, TURNS = 64 };

#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END   "\033[?2026l"

void output_init(struct output *o, int fd, const struct output_pictures *pictures)
{
    *o = (struct output){.fd = fd, .pictures = *pictures, .slice_bytes = SLICE_BYTES};
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

/* Makes the next unit; false when there is nothing to send. */
static bool compose(struct output *o)
{
    bytes_clear(&o->unit);
    o->sent = 0;
    if (o->synchronized_output) {
        bytes_text(&o->unit, SYNC_BEGIN);
    }
    size_t head = o->unit.len;
    bytes_add(&o->unit, o->text.at, o->text.len);
    bytes_clear(&o->text);
    if (o->pictures_wait) {
        o->pictures_wait = o->pictures.slice(o->pictures.ctx, &o->unit, o->slice_bytes);
    }
    if (o->unit.len == head) {
        bytes_clear(&o->unit);
        return false;
    }
    if (o->synchronized_output) {
        bytes_text(&o->unit, SYNC_END);
    }
    return true;
}

int output_pump(struct output *o, uint64_t now_ns)
{
    for (int turn = 0; turn < TURNS; turn++) {
        if (o->sent == o->unit.len && !compose(o)) {
            return 0;
        }
        size_t left = o->unit.len - o->sent;
        size_t most = o->chunk && left > o->chunk ? o->chunk : left;
        ssize_t n = write(o->fd, o->unit.at + o->sent, most);
        if (n < 0 && errno != EINTR) {
            return errno == EAGAIN ? 1 : -errno;
        }
        if (n > 0) {
            o->sent += (size_t)n;
            o->total_bytes += (uint64_t)n;
            rate_add(&o->rate, now_ns, (uint64_t)n);
        }
        if (o->chunk) {
            return 1; /* poll again before each write: this one might have to wait */
        }
    }
    return 1;
}
