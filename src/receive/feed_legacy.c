/* SPDX-License-Identifier: MIT */
/* A server of the legacy protocol: CONNECT from a fresh port, bare JPEG pieces come back, nobody
 * ever says goodbye. So silence is all there is: CONNECT again after 2 s of it, a fresh port after
 * 10 s. Capture time is the time of arrival. */
#include <errno.h>
#include <string.h>

#include "media/mjpeg_probe.h"
#include "net/udp.h"
#include "proto/legacy.h"
#include "receive/feed.h"
#include "receive/target.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

#define AGAIN_NS (LEGACY_SILENCE_MS * NS_PER_MS)
#define LOST_NS  (10 * NS_PER_S)
enum { BATCHES = 16, SLOTS = 16, SLOT_BYTES = 65536 };

struct feed_legacy {
    struct receiver *r;
    struct target target;
    struct link *link;
    struct link_batch batch;
    struct legacy pictures;
    uint8_t *buf;
    uint32_t number;
    uint64_t datagrams, rejected;
    uint64_t heard_ns, asked_ns; /* heard_ns: 0 before the first datagram of an attempt */
};

static void ask(struct feed_legacy *l, uint64_t now_ns)
{
    static const struct addr any;

    l->asked_ns = now_ns;
    l->link->ops->send(l->link, &any, target_addr(&l->target), (const uint8_t *)LEGACY_CONNECT,
                       sizeof(LEGACY_CONNECT), sizeof(LEGACY_CONNECT), NULL);
}

static void deliver(struct feed_legacy *l, size_t len, uint64_t now_ns)
{
    struct mjpeg_info info;
    struct frame *f;
    bool stepped;

    if (mjpeg_probe(l->buf, len, &info) < 0 || info.width > PROTO_SIDE_MAX ||
        info.height > PROTO_SIDE_MAX) {
        l->rejected++;
        return;
    }
    if (frame_new(l->r->pool, len, &f) < 0)
        return;
    memcpy(f->data, l->buf, len);
    f->len = len;
    f->format = FRAME_JPEG;
    f->width = (uint16_t)info.width;
    f->height = (uint16_t)info.height;
    f->number = l->number++;
    f->capture_us = f->arrival_us = now_ns / NS_PER_US;
    f->wall_us = wallclock_us(&l->r->wallclock, f->capture_us, wallclock_gap_us(), &stepped);
    f->discontinuity = stepped;
    feed_frame(l->r, f, now_ns);
}

static void take_dgram(struct feed_legacy *l, const struct link_dgram *d, uint64_t now_ns)
{
    if (l->heard_ns == 0) {
        feed_session(l->r);
        target_worked(&l->target);
    }
    l->heard_ns = now_ns;
    l->datagrams++;
    size_t len = legacy_add(&l->pictures, d->data, d->len);
    if (len > 0)
        deliver(l, len, now_ns);
}

static void counters(struct feed_legacy *l)
{
    struct receiver_status *s = feed_lock(l->r);
    s->frames = l->number;
    s->frames_incomplete = l->pictures.torn;
    s->frames_rejected = l->rejected;
    s->packets = l->datagrams;
    feed_unlock(l->r);
}

static enum feed_end end_with(struct feed_legacy *l, int err)
{
    char at[ADDR_TEXT];

    addr_text(target_addr(&l->target), at);
    if (err == -ECONNREFUSED)
        feed_why(l->r, _("nothing answers at %s"), at);
    else
        feed_why(l->r, "%s: %s", at, err_str(err));
    return l->heard_ns == 0 && target_next(&l->target) ? FEED_AGAIN : FEED_LOST;
}

static enum feed_end take(struct feed_legacy *l, uint64_t now_ns)
{
    struct link_event event;

    for (int i = 0; i < BATCHES; i++) {
        int n = l->link->ops->recv(l->link, &l->batch);
        if (n < 0 && n != -EAGAIN && n != -EINTR)
            return end_with(l, n);
        if (n <= 0)
            break;
        for (int k = 0; k < n; k++)
            take_dgram(l, &l->batch.at[k], now_ns);
        if (!l->batch.more)
            break;
    }
    if (l->link->ops->events(l->link, &event, 1) > 0)
        return end_with(l, -ECONNREFUSED);
    return FEED_GOES_ON;
}

static enum feed_end step(struct feed_legacy *l, uint64_t began_ns)
{
    uint64_t now = mono_ns();

    enum feed_end end = take(l, now);
    if (end != FEED_GOES_ON)
        return end;
    counters(l);
    uint64_t quiet_since = l->heard_ns ? l->heard_ns : began_ns;
    if (now >= quiet_since + LOST_NS) {
        end_with(l, -ETIMEDOUT);
        return FEED_LOST;
    }
    if (now >= quiet_since + AGAIN_NS && now >= l->asked_ns + AGAIN_NS) {
        legacy_reset(&l->pictures);
        if (l->heard_ns)
            feed_state(l->r, RECEIVER_STALE, _("nothing is heard; asking again"));
        ask(l, now);
    }
    return FEED_GOES_ON;
}

static uint64_t deadline(const struct feed_legacy *l)
{
    uint64_t last = l->heard_ns > l->asked_ns ? l->heard_ns : l->asked_ns;
    return last + AGAIN_NS;
}

static enum feed_end talk(struct feed_legacy *l)
{
    struct pollfd p = {.fd = l->link->fd, .events = POLLIN};
    uint64_t began = mono_ns();
    enum feed_end end = FEED_GOES_ON;

    l->heard_ns = 0;
    legacy_reset(&l->pictures);
    ask(l, began);
    while (end == FEED_GOES_ON) {
        end = step(l, began);
        if (end == FEED_GOES_ON)
            end = feed_wait(l->r, &p, 1, deadline(l));
    }
    counters(l);
    return end;
}

static enum feed_end legacy_run(void *feed)
{
    struct feed_legacy *l = feed;
    struct udp_settings udp = {0};
    struct udp_grant grant;

    feed_state(l->r, RECEIVER_CONNECTING, NULL);
    enum feed_end end = target_find(&l->target, l->r);
    if (end != FEED_GOES_ON)
        return end;
    l->heard_ns = 0;
    int err = udp_connect(target_addr(&l->target), &udp, &l->link, &grant);
    if (err < 0)
        return end_with(l, err);
    end = talk(l);
    udp_close(l->link);
    return end;
}

static void legacy_free(void *feed)
{
    struct feed_legacy *l = feed;

    link_batch_fini(&l->batch);
    mem_free(l->buf);
    mem_free(l);
}

static int legacy_make(struct receiver *r, void **feed)
{
    struct feed_legacy *l = mem_zero(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    l->r = r;
    l->buf = mem_alloc(PROTO_FRAME_BYTES_MAX);
    if (!l->buf || link_batch_init(&l->batch, SLOTS, SLOT_BYTES) < 0) {
        mem_free(l->buf);
        mem_free(l);
        return -ENOMEM;
    }
    legacy_init(&l->pictures, l->buf, PROTO_FRAME_BYTES_MAX);
    *feed = l;
    return 0;
}

const struct feed_ops feed_legacy = {
    .name = "legacy",
    .make = legacy_make,
    .run = legacy_run,
    .free = legacy_free,
};
