/* SPDX-License-Identifier: MIT */
#include "receive/feed.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/serial.h"
#include "util/mono.h"
#include "util/text.h"

/* A live stream without a picture for this long is stale. */
#define STALE_NS (2 * NS_PER_S)

struct receiver_status *feed_lock(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    return &r->status;
}

void feed_unlock(struct receiver *r)
{
    pthread_mutex_unlock(&r->lock);
}

static bool is_news(const struct receiver *r, const struct receiver_status *s)
{
    return s->state != r->told_state || s->asking != r->told_asking ||
           strcmp(s->why, r->told_why) != 0;
}

void feed_state(struct receiver *r, enum receiver_state state, const char *why)
{
    struct receiver_status copy;

    struct receiver_status *s = feed_lock(r);
    s->state = state;
    if (why)
        text_copy(s->why, sizeof(s->why), why);
    else if (state == RECEIVER_LIVE)
        s->why[0] = '\0';
    bool news = is_news(r, s);
    if (news)
        copy = *s;
    feed_unlock(r);
    if (!news)
        return;
    r->told_state = copy.state;
    r->told_asking = copy.asking;
    text_copy(r->told_why, sizeof(r->told_why), copy.why);
    if (r->sinks.on_state)
        r->sinks.on_state(r->sinks.ctx, &copy);
}

void feed_why(struct receiver *r, const char *fmt, ...)
{
    char why[RECEIVER_WHY];
    va_list args;

    va_start(args, fmt);
    vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);
    text_copy(feed_lock(r)->why, RECEIVER_WHY, why);
    feed_unlock(r);
}

void feed_session(struct receiver *r)
{
    struct receiver_status *s = feed_lock(r);
    if (r->sessions++ > 0)
        s->reconnects++;
    feed_unlock(r);
}

void feed_restart(struct receiver *r)
{
    r->ordered = false;
    r->discontinuity = true;
    wallclock_init(&r->wallclock);
}

bool feed_is_newest(const struct receiver *r, uint32_t number)
{
    return !r->ordered || serial_newer(number, r->newest_number);
}

static void count_frame(struct receiver *r, const struct frame *f, uint64_t now_ns)
{
    struct receiver_status *s = feed_lock(r);
    if (s->legacy) { /* else STREAM says it: a frame may be a smaller tier's */
        s->width = f->width;
        s->height = f->height;
    }
    s->tier = f->tier;
    s->last_frame_ns = now_ns;
    if (!s->first_frame_ns)
        s->first_frame_ns = now_ns;
    rate_add(&r->frame_rate, now_ns, 1);
    rate_add(&r->bit_rate, now_ns, f->len * 8);
    feed_unlock(r);
}

static void keep_newest(struct receiver *r, struct frame *f)
{
    feed_lock(r);
    struct frame *old = r->newest;
    r->newest = f;
    feed_unlock(r);
    frame_unref(&old);
}

void feed_frame(struct receiver *r, struct frame *f, uint64_t now_ns)
{
    if (!feed_is_newest(r, f->number)) {
        feed_lock(r)->frames_late++;
        feed_unlock(r);
        frame_unref(&f);
        return;
    }
    r->ordered = true;
    r->newest_number = f->number;
    f->discontinuity |= r->discontinuity;
    r->discontinuity = false;
    count_frame(r, f, now_ns);
    backoff_reset(&r->backoff);
    if (r->sinks.on_frame)
        r->sinks.on_frame(r->sinks.ctx, f);
    keep_newest(r, f);
    feed_state(r, RECEIVER_LIVE, NULL);
}

/* When a live stream becomes stale; UINT64_MAX when it is not live. */
static uint64_t stale_at(struct receiver *r)
{
    struct receiver_status *s = feed_lock(r);
    uint64_t at = s->state == RECEIVER_LIVE ? s->last_frame_ns + STALE_NS : UINT64_MAX;
    feed_unlock(r);
    return at;
}

static int poll_until(struct pollfd *p, nfds_t n, uint64_t deadline_ns)
{
    struct timespec left, *timeout = NULL;

    if (deadline_ns != UINT64_MAX) {
        uint64_t now = mono_ns();
        uint64_t wait = deadline_ns > now ? deadline_ns - now : 0;
        left.tv_sec = (time_t)(wait / NS_PER_S);
        left.tv_nsec = (long)(wait % NS_PER_S);
        timeout = &left;
    }
    return ppoll(p, n, timeout, NULL);
}

static bool take_reconnect(struct receiver *r)
{
    feed_lock(r);
    bool reconnect = r->reconnect;
    r->reconnect = false;
    feed_unlock(r);
    return reconnect;
}

/* Until a descriptor is ready, the deadline, or somebody wants something: then true. stop_fd: -1
 * where the stop is no reason to look up. */
static bool wait_for(struct receiver *r, int stop_fd, const struct pollfd *fds, nfds_t n,
                     uint64_t deadline_ns)
{
    struct pollfd p[FEED_FDS + 2] = {{.fd = stop_fd, .events = POLLIN},
                                     {.fd = r->wake_fd, .events = POLLIN}};
    uint64_t count;

    if (n > FEED_FDS)
        n = FEED_FDS;
    if (n)
        memcpy(p + 2, fds, n * sizeof(*fds));
    poll_until(p, n + 2, deadline_ns);
    return (p[1].revents & POLLIN) && read(r->wake_fd, &count, sizeof(count)) > 0;
}

enum feed_end feed_wait(struct receiver *r, const struct pollfd *fds, nfds_t n,
                        uint64_t deadline_ns)
{
    uint64_t stale = stale_at(r);
    bool wanted = wait_for(r, r->stop.fd, fds, n, stale < deadline_ns ? stale : deadline_ns);

    if (stop_raised(&r->stop))
        return FEED_STOPPED;
    if (wanted && take_reconnect(r))
        return FEED_AGAIN;
    if (mono_ns() >= stale)
        feed_state(r, RECEIVER_STALE, _("no picture for 2 seconds"));
    return FEED_GOES_ON;
}

enum feed_end feed_wait_last(struct receiver *r, const struct pollfd *fds, nfds_t n,
                             uint64_t deadline_ns)
{
    wait_for(r, -1, fds, n, deadline_ns);
    feed_lock(r);
    bool at_once = r->at_once;
    feed_unlock(r);
    return at_once ? FEED_STOPPED : FEED_GOES_ON;
}
