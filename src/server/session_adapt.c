/* SPDX-License-Identifier: MIT */
/* What a client asked for, and how much of it its path takes: which tier is sent and which of its
 * frames. proto/ratectl decides, here it is done. */
#include "server/session.h"
#include "util/log.h"

/* Another tier's frames come from the encoder at once, without those of the old one in between. */
static void apply(struct session *s)
{
    struct ratectl_level level = ratectl_level(&s->rate);
    unsigned tier = s->wanted_tier + level.tiers_down;
    s->thin.left_out = level.left_out;
    if (!s->watcher.in || s->watcher.tier != tier || s->watcher.reaches_back != s->reaches_back) {
        s->watcher.reaches_back = s->reaches_back;
        camera_watch(s->camera, &s->watcher, tier);
    }
    session_facts(s);
}

void session_want(struct session *s, const struct packet_subscribe *ask)
{
    bool whole = ask->width == 0 && ask->height == 0;
    s->wanted_tier = camera_tier(s->camera, ask->width, ask->height);
    s->reaches_back = ask->flags & SUBSCRIBE_REACH_BACK;
    s->thin.wanted_millihertz = ask->millihertz;
    ratectl_want(&s->rate, s->wanted_tier, whole);
    apply(s);
}

void session_adapt(struct session *s, uint64_t now_ns)
{
    if (!s->talk.reported)
        return;
    s->talk.reported = false;
    if (!s->camera ||
        !ratectl_report(&s->rate, &s->talk.report, &s->sent, s->talk.subscribe.window_ms, now_ns))
        return;
    apply(s);
    log_debug("%s: the path takes 1 frame of %u, %u tiers down", s->verdict.name,
              s->thin.left_out + 1u, s->watcher.tier - s->wanted_tier);
}
