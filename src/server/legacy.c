/* SPDX-License-Identifier: MIT */
/* A legacy client's thread: whole pictures of the first camera, a datagram each, from its CONNECT
 * until ICMP says that its port is closed. Neither side says goodbye in that protocol. */
#include <errno.h>

#include "proto/limits.h"
#include "proto/packet.h"
#include "server/clientlog.h"
#include "server/clients.h"
#include "util/mono.h"

static void send_picture(struct client *c, const struct frame *f, struct clientlog_totals *totals)
{
    if (f->tier != FANOUT_LEGACY || f->len > LEGACY_DATAGRAM_MAX)
        return;
    if (c->link->ops->send(c->link, &c->local, &c->peer, f->data, f->len, f->len, NULL) != 0)
        return;
    totals->frames++;
    totals->bytes += f->len;
}

/* Why it is over, or -1. */
static int take_words(struct client *c)
{
    unsigned words = inbox_take_words(&c->inbox);
    if (words & INBOX_END)
        return c->inbox.reason;
    if (words & INBOX_ICMP)
        return REASON_UNREACHABLE;
    if ((words & INBOX_JUDGE) && !admission_legacy(c->service->admission, &c->peer))
        return REASON_KICKED;
    return -1;
}

void client_run_legacy(void *client)
{
    struct client *c = client;
    struct camera *camera = c->service->cameras[0];
    struct watcher watcher = {.inbox = &c->inbox};
    struct clientlog log = {.peer = &c->peer, .name = "legacy"};
    struct clientlog_totals totals = {.began_ns = mono_ns()};
    int reason;
    clientlog_connected(&log, camera_name(camera));
    camera_watch(camera, &watcher, FANOUT_LEGACY);
    while ((reason = take_words(c)) < 0) {
        struct frame *f = inbox_take_frame(&c->inbox);
        if (f)
            send_picture(c, f, &totals);
        else
            inbox_wait(&c->inbox, true, UINT64_MAX);
        frame_unref(&f);
    }
    camera_unwatch(camera, &watcher);
    totals.dropped = inbox_frames_dropped(&c->inbox);
    clientlog_left(&log, camera_name(camera), (unsigned)reason, &totals, mono_ns());
    client_done(c);
}
