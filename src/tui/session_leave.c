/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tui/rescue.h"
#include "tui/session.h"
#include "util/mono.h"

/* How a session gives its terminal back. */

enum {
    LEAVE_MS = 700,      /* most that a terminal which does not read delays an ending */
    LAST_MS = 300,       /* answers that are awaited at the end, beside twice the way … */
    LAST_MOST_MS = 1000, /* … but no longer than this */
};

static bool answers_due(const struct session *s)
{
    bool asked = !s->ui.caps.answered && s->output.flow.mode == FLOW_WAITING;
    return asked || (s->output.flow.requests && s->output.flow.mode == FLOW_ANSWERS);
}

static void take_last(struct session *s, const uint8_t *bytes, size_t len)
{
    struct input_event e;
    for (size_t at = 0; at < len;) {
        at += input_feed(&s->input, bytes + at, len - at, mono_ns());
        while (input_next(&s->input, mono_ns(), &e)) {
            if (e.kind == INPUT_REPORT && e.report == REPORT_STATUS) {
                output_on_status(&s->output, mono_ns());
            } else if (e.kind == INPUT_REPORT) {
                ui_report(&s->ui, &e);
            }
        }
    }
}

/* What the terminal still answers would be typed into the shell: it is awaited, shortly, and thrown
 * away with whatever else came meanwhile. */
static void await_answers(struct session *s)
{
    uint64_t most = LAST_MS * NS_PER_MS + 2 * s->output.flow.way_ns;
    uint64_t now = mono_ns();
    uint64_t end = now + (most < LAST_MOST_MS * NS_PER_MS ? most : LAST_MOST_MS * NS_PER_MS);
    for (; answers_due(s) && now < end; now = mono_ns()) {
        struct pollfd p = {.fd = s->tty.in, .events = POLLIN};
        uint8_t buf[256];
        if (poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) <= 0) {
            continue;
        }
        ssize_t n = read(s->tty.in, buf, sizeof buf);
        if (n <= 0 && !(n < 0 && (errno == EAGAIN || errno == EINTR))) {
            return;
        }
        take_last(s, buf, n > 0 ? (size_t)n : 0);
    }
}

void session_leave(struct session *s)
{
    if (!s->entered) {
        return;
    }
    if (s->output.total_bytes) {
        await_answers(s);
        tty_write_bounded(&s->tty, s->screen.leave, strlen(s->screen.leave), LEAVE_MS);
    }
    tty_restore(&s->tty);
    rescue_disarm();
    screen_close(&s->screen);
    tty_close(&s->tty);
    s->entered = false;
}
